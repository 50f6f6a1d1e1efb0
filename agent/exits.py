"""The exit statuses of every command."""

DONE, FAILED, USAGE, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
