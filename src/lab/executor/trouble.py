"""What keeps a plan from running: told to the caller as data, with the plan's own path where there is one."""


class Trouble(Exception):
    """`kind`: `unsupported` (this kernel or machine cannot), `input` (the plan is wrong), `tools` (programs that are not installed)."""

    def __init__(self, kind, code, message, where=None, fix=None, tools=None):
        super().__init__(message)
        self.told = {"kind": kind, "code": code, "message": message, "where": where, "fix": fix, "tools": tools}
