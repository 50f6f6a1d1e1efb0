"""Two languages to the last word: in the catalogues, in the code, and in what a run says in Russian."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import COMMANDS
from prompts import catalogue
from tests.warm import Warm
from tools.bank import load

ROOT = Path(__file__).parents[1]
TERMS = set(re.findall(r"\w+", """
    API ASCII Alt Anki Ctrl Enter HTML ID JSON LLM ML MLOps OpenAI RAG README TOML URL UTF YAML
    Ollama LM Studio vLLM doctor MCP TAB Claude Code Desktop claude mcp add
    EDITOR nano production system design stdin stdout function invoke tool call judge local majority overlap
    razbor all auto bank check html http https import json list live max md practice rebuild regraded report resume
    rm sessions show en ru openai ollama llama cpp lmstudio openrouter vllm
    answer false id kp mine pearson phrases profiles prompt said score session short true
"""))  # fmt: skip
NAMES = re.compile(  # what stays as it is: code, blanks, flags, commands, variables, addresses, files
    r"`[^`]*`|\{[^}]*\}|--?[a-z][\w-]*|/[a-z]+|[A-Za-z]+_[A-Za-z_]+|https?://\S+|\S+\.(?:md|toml|yaml|jsonl|html)"
)


def texts(lang: str) -> Iterator[tuple[str, str]]:
    for key, text in catalogue(lang).items():
        yield from ((key, one) for one in ([text] if isinstance(text, str) else text))


def test_the_russian_catalogue_has_no_english_but_terms() -> None:
    for key, text in texts("ru"):
        words = re.findall(r"[A-Za-z]{2,}", NAMES.sub(" ", text))
        assert not set(words) - TERMS, f"{key}: {set(words) - TERMS}"


def test_the_english_catalogue_has_no_russian() -> None:
    assert not [key for key, text in texts("en") if re.search("[а-яё]", text, re.IGNORECASE)]


def test_typography_of_both_catalogues() -> None:
    for key, text in texts("ru"):
        assert not re.search(r'[“”"]|\w - \w|\d%', NAMES.sub("", text)), key
    for key, text in texts("en"):
        assert not re.search(r'[«»"]', NAMES.sub("", text)) or key == "error.labels_line", key


# Calls that end in front of a person: what they are given comes out of the catalogue.
SAYING = {"print", "write", "wrap", "write_plain", "rule", "InputError", "RecordingError", "notice", "told", "tell",
          "JudgeUnavailableError", "Finding", "complain", "remark", "_print", "fail"}  # fmt: skip
MEANT = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
ELSEWHERE = {"transcripts/describe.py"}  # makes a page of the documentation


def literals(call: ast.Call) -> Iterator[str]:
    """The literal texts among the arguments, those of f-strings and of both branches of a choice too."""
    waiting: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "·" for part in node.values)
        elif isinstance(node, ast.IfExp | ast.BinOp | ast.List | ast.Tuple | ast.BoolOp):
            waiting += ast.iter_child_nodes(node)


def test_no_text_for_people_stands_in_the_code() -> None:
    for path in (path for room in ("agent", "tools", "transcripts") for path in (ROOT / room).rglob("*.py")):
        if str(path.relative_to(ROOT)) in ELSEWHERE:
            continue
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in SAYING:
                assert not [text for text in literals(call) if MEANT.search(text)], f"{path}:{call.lineno}"


OWN = re.compile(  # what a line may hold in Latin letters: commands, paths, ids, flags, what stands in backticks
    r"`[^`]*`|razbor(?: [a-z]+)*|\S*[/.:_=|\\]\S*|--?[a-z][\w-]*|\b[a-z0-9]+(?:-[a-z0-9]+)+\b|'[^']*'|\{[a-z,]+\}"
)
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
ASKED = " ".join(question.wording("ru").model_dump_json() for question in load().questions.values())
TITLES = re.compile(r"ML system design|claude mcp add.*|(?:pearson|mae|qwk|f1|acc|prec|recall)(?: +|$)")


def english(shown: str) -> list[str]:
    """The English that a Russian reads, but for that in the questions themselves."""
    lines = (OWN.sub("·", TITLES.sub("·", line)) for line in shown.splitlines())
    return [found for line in lines for found in ENGLISH.findall(line) if found not in ASKED]


QUESTION = 'id: mine\nheading: h\nprompt: p\nshort_answer: s\nbreakdown: b\nmistakes: [{text: m}]\ntips: ["t"]\n'
LABEL = {"id": "1", "question": "kubernetes-primitives", "lang": "en", "kind": "k", "answer": "a", "score": 5,
         "mistakes": ["avoided"] * 3}  # fmt: skip
FILES = {  # what is in a file: the command that is to read it
    "colon.yaml": ("prompt: a: b\n", "bank check"),
    "quote.yaml": ('id: "x\n', "bank check"),
    "bracket.yaml": ("id: [a, b\n", "bank check"),
    "tab.yaml": ("id: x\n\theading: y\n", "bank check"),
    "odd.yaml": ("id: %x\n", "bank check"),
    "list.yaml": ("- a\n", "bank check"),
    "id.yaml": (QUESTION.replace("mine", "Not An Id"), "bank check"),
    "level.yaml": (QUESTION + "level: expert\n", "bank check"),
    "more.yaml": (QUESTION + "nonsense: 1\n", "bank check"),
    "less.yaml": (QUESTION.replace("tips", "tops"), "bank check"),
    "empty.yaml": (QUESTION.replace("short_answer: s", "short_answer: ''"), "bank check"),
    "text.yaml": (QUESTION.replace('["t"]', "t"), "bank check"),
    "count.yaml": (QUESTION + "en: {mistakes: [a, b]}\n", "bank check"),
    "void.yaml": ("", "bank check"),
    "nothing.txt": ("no question in here at all\n", "bank import --out OUT"),
    "line.jsonl": ("{'a': 1}\n", "eval"),
    "fields.jsonl": (json.dumps({"id": 1}) + "\n", "eval"),
    "score.jsonl": (json.dumps(LABEL | {"score": 11}) + "\n", "eval"),
    "verdict.jsonl": (json.dumps(LABEL | {"mistakes": ["right"]}) + "\n", "eval"),
    "number.jsonl": (json.dumps(LABEL | {"mistakes": ["avoided"]}) + "\n", "eval"),
    "other.jsonl": (json.dumps(LABEL | {"question": "nobody-knows"}) + "\n", "eval"),
    "half.jsonl": ('{"type": "session"', "replay"),
    "type.jsonl": ('{"type": "session", "format": 1, "seq": 0, "id": 5}\n', "replay"),
    "format.jsonl": ('{"type": "session", "format": 9}\n', "replay --verify"),
}
CONFIGS = ("lang = xx", 'question_lang = "de"', "questions", 'questions = "many"', "model = 5", "model = [1",
           'nonsense = "x"', "profiles = 3", "stream = 1", 'lang = "en"\nlang = "en"', 'model = "a',
           "time = 0")  # fmt: skip
WRONG = (
    "--nonsense", "intervew", "--questions 0", "--questions", "--mode exam", "--topic nothing-like-it", "--question x",
    "--question-lang de", "--seed x", "bank", "bank sow", "bank show", "bank show nothing-like-it", "bank import",
    "bank import README.md", "bank check missing", "grade", "grade kubernetes-primitives missing.txt",
    "grade kubernetes-primitives tests", "eval tests", "replay", "replay tests", "replay missing --speed fast",
    "replay --verify --regrade x", "report nobody", "report --format pdf", "sessions rm", "resume nobody",
    "plan --date tomorrow", "plan --date 1999-01-01", "--grader judge", "--base-url nothing", "--profile nobody",
    "doctor --base-url http://127.0.0.1:1/v1 -m x --plain",
    "--base-url http://127.0.0.1:1/v1 -m x",
)  # fmt: skip
RIGHT = ("sessions", "sessions show latest", "report", "report all", "report --question-lang en --json", "plan",
         "config", "bank check", "bank list", "memory rebuild", "replay {} --verify", "replay {}", "resume",
         "doctor", "replay {} --regrade --grader local")  # fmt: skip


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm("kubernetes-primitives") as process:
        yield process


def test_every_help_is_russian(warm: Warm, tmp_path: Path) -> None:
    for command in ("", *COMMANDS):
        shown = warm.razbor(tmp_path, *command.split(), "--lang", "ru", "--help").stdout
        assert re.search("Пример: .*razbor", shown), command
        assert not english(shown), command
        assert max(map(len, shown.splitlines())) <= 80


def test_what_is_wrong_is_said_in_russian(warm: Warm, tmp_path: Path) -> None:
    runs = [[*asked.split(), "--lang", "ru"] for asked in WRONG]
    for name, (text, command) in FILES.items():
        (tmp_path / name).write_text(text)
        first, *rest = command.replace("OUT", str(tmp_path / "out")).split()
        files = [*rest[:1], str(tmp_path / name), *rest[1:]] if first == "bank" else [str(tmp_path / name), *rest]
        runs.append([first, *files, "--lang", "ru"])
    for run in runs:
        done = warm.razbor(tmp_path / "home", *run)
        assert done.returncode in (1, 2, 3), run
        assert re.search("[а-яё]{3}", done.stdout + done.stderr), run
        assert not english(done.stdout + done.stderr), (run, done.stdout, done.stderr)


def test_what_is_wrong_with_the_settings_is_said_in_russian(warm: Warm, tmp_path: Path) -> None:
    for text in CONFIGS:
        (tmp_path / "config.toml").write_text(text)
        done = warm.razbor(tmp_path, "config", "--lang", "ru")
        assert done.returncode == 2, text
        assert re.search("[а-яё]{3}", done.stderr), text
        assert not english(done.stderr), (text, done.stderr)


def test_every_command_speaks_russian(warm: Warm, tmp_path: Path) -> None:
    lines = ["Под — это минимальная единица.", "/hint", "Нода — это машина.", "/dispute m1 нет", "/help", "/time"]
    asked = ("--question", "kubernetes-primitives", "--lang", "ru", "-v", "--time", "30")
    done = warm.razbor(tmp_path, *asked, lines=lines)
    assert done.returncode == 0
    assert not english(done.stdout)
    (path,) = (tmp_path / "transcripts").glob("*.jsonl")
    for command in RIGHT:
        done = warm.razbor(tmp_path, *command.format(path).split(), "--lang", "ru")
        assert done.returncode in (0, 2, 3), command
        if "--json" not in command:
            assert not english(done.stdout + done.stderr), (command, done.stdout, done.stderr)
    done = warm.razbor(tmp_path, "grade", "kubernetes-primitives", "--lang", "ru", lines=lines[:1])
    assert not english(done.stdout)


def test_questions_in_another_language_than_the_rest(warm: Warm, tmp_path: Path) -> None:
    asked = ("--question", "kubernetes-primitives", "--lang", "ru", "--question-lang", "en", "--seed", "1")
    shown = warm.razbor(
        tmp_path, *asked, lines=["Под — это минимальная единица.", "/hint", "Нода — это машина."]
    ).stdout
    for words in ("── Вопрос 1 из 1", "Explain the difference", "Подсказка 1 из 2: Go from", "kp3 A pod is",
                  "Короткий ответ", "A node is a worker machine", "Thank you", "Средняя оценка"):  # fmt: skip
        assert words in shown
    (path,) = (tmp_path / "transcripts").glob("*.jsonl")
    session = json.loads(path.read_text().splitlines()[0])
    assert (session["lang"], session["question_lang"]) == ("ru", "en")
    assert ", расхождений: 0." in warm.razbor(tmp_path, "replay", str(path), "--verify", "--lang", "ru").stdout
    replayed = warm.razbor(tmp_path, "replay", str(path)).stdout
    assert "Explain the difference" in replayed
    assert "Средняя оценка" in replayed
    assert "Explain the difference" in warm.razbor(tmp_path, "report", "--lang", "ru").stdout
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines()[:8]))
    resumed = warm.razbor(tmp_path, "resume", lines=["A pod is the smallest unit.", "A node is a machine."]).stdout
    assert "Продолжаем интервью" in resumed
    assert "A node is a worker machine" in resumed
