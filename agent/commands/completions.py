"""`razbor completions SHELL`: what the shell's start file has to evaluate for TAB to know razbor."""

from argparse import Namespace

from agent.exits import DONE

ZSH_FIRST = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\n"  # not every .zshrc has done so


def run(flags: Namespace) -> int:
    """Print it. At each TAB the shell then asks `razbor` itself, wherever that is installed."""
    from argcomplete.shell_integration import shellcode

    print((ZSH_FIRST if flags.shell == "zsh" else "") + shellcode(["razbor"], use_defaults=False, shell=flags.shell))
    return DONE
