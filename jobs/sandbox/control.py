"""The control API: how tests, demos and chaos runs set up, disturb and look into the sandbox. JSON in, JSON out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request

from jobs.sandbox.answers import Answer, json_answer
from jobs.sandbox.clock import Clock
from jobs.sandbox.control_input import BadInput, Fields
from jobs.sandbox.faults import Fault, Rule
from jobs.sandbox.xero.limits import Limits
from jobs.sandbox.xero.provider import Xero

PREFIX = "/_control"


class Control:
    """The control calls over the sandbox's providers."""

    def __init__(self, clock: Clock, providers: Mapping[str, Xero]) -> None:
        self._clock = clock
        self._providers = providers
        self._posts: Mapping[str, Callable[[Fields], Any]] = {
            "reset": self._reset,
            "grant": self._grant,
            "faults": self._add_fault,
            "state": self._change_state,
            "limits": self._change_limits,
            "clock": self._move_clock,
            "seed": self._seed,
            "settings": self._change_settings,
        }
        self._gets: Mapping[str, Callable[[Request], Any]] = {
            "calls": self._calls,
            "faults": self._faults,
            "limits": lambda request: asdict(self._asked(request).limits()),
            "clock": lambda request: self._time(),
            "settings": lambda request: self._asked(request).settings(),
            "companies": lambda request: self._asked(request).companies(),
        }
        self._deletes: Mapping[str, Callable[[Request], Any]] = {
            "calls": lambda request: self._asked(request).calls.clear(),
            "faults": lambda request: self._asked(request).faults.clear(),
        }

    def answer(self, request: Request) -> Answer:
        """The answer to a control call; what cannot be done is a 400 that names the field."""
        noun, _, rest = request.path[len(PREFIX) :].strip("/").partition("/")
        try:
            if noun == "ledger" and request.method == "GET":
                return json_answer(self._ledger(rest))
            if not rest and request.method == "POST" and noun in self._posts:
                return json_answer(self._posts[noun](Fields(request)))
            readers = {"GET": self._gets, "DELETE": self._deletes}.get(request.method, {})
            if not rest and noun in readers:
                return json_answer(readers[noun](request))
            raise BadInput("path", f"no control call {request.method} {request.path}", 404)
        except BadInput as error:
            return json_answer(error.body, error.status)

    def _provider(self, name: str | None) -> Xero:
        if not name:
            raise BadInput("provider", "provider is missing")
        if name not in self._providers:
            raise BadInput("provider", f"no provider {name} in this sandbox", 404, provider=name)
        return self._providers[name]

    def _asked(self, request: Request) -> Xero:
        return self._provider(request.args.get("provider"))

    def _company(self, provider: Xero, wanted: str | None, status: int = 400) -> str:
        try:
            return provider.company(wanted)
        except LookupError as error:
            raise BadInput("company", f"no company {wanted} at {provider.name}", status) from error

    def _reset(self, fields: Fields) -> Any:
        fields.only()
        name = fields.text("provider")
        chosen = [self._provider(name)] if name else list(self._providers.values())
        self._clock.reset()
        for provider in chosen:
            provider.reset()
        return {"reset": [provider.name for provider in chosen]}

    def _grant(self, fields: Fields) -> Any:
        fields.only("company", "scope")
        provider = self._provider(fields.text("provider"))
        try:
            return provider.grant(self._company(provider, fields.text("company")), fields.text("scope"))
        except ValueError as error:
            raise BadInput("scope", str(error)) from error

    def _ledger(self, rest: str) -> Any:
        name, _, place = rest.partition("/")
        company, _, kind = place.rpartition("/")
        provider = self._provider(name)
        try:
            return provider.ledger(self._company(provider, company or None, 404), kind)
        except KeyError as error:
            raise BadInput("kind", f"no kind {kind} at {name}", 404) from error

    def _add_fault(self, fields: Fields) -> Any:
        fields.only("company", "method", "path", "times", "fault", "chance")
        provider = self._provider(fields.text("provider"))
        company = fields.text("company")
        try:
            fault = Fault.parse(fields.needed("fault"))
        except ValueError as error:
            raise BadInput("fault", str(error)) from error
        times = fields.whole("times", 1)
        chance = fields.number("chance", 1.0)
        if not 0 < chance <= 1:
            raise BadInput("chance", "chance must be above 0 and at most 1")
        method = fields.text("method")
        rule = Rule(
            fault=fault,
            company=self._company(provider, company) if company else None,
            method=method.upper() if method else None,
            path=fields.pattern("path"),
            times=times or None,
            chance=chance,
        )
        provider.faults.add(rule)
        return _told(rule)

    def _faults(self, request: Request) -> Any:
        return [_told(rule) for rule in self._asked(request).faults.waiting()]

    def _change_state(self, fields: Fields) -> Any:
        fields.only("company", "change")
        provider = self._provider(fields.text("provider"))
        company = self._company(provider, fields.text("company"))
        try:
            return provider.change(company, fields.needed("change"))
        except ValueError as error:
            raise BadInput("change", str(error)) from error

    def _seed(self, fields: Fields) -> Any:
        provider = self._provider(fields.text("provider"))
        company = self._company(provider, fields.text("company"))
        booked = {}
        for kind, elements in fields.data.items():
            if kind in ("provider", "company"):
                continue
            if not isinstance(elements, list) or not all(isinstance(one, dict) for one in elements):
                raise BadInput(kind, f"{kind} must be a list of objects")
            try:
                booked[kind] = provider.seed(company, kind, elements)
            except ValueError as error:
                raise BadInput(kind, str(error)) from error
        return booked

    def _calls(self, request: Request) -> Any:
        after = request.args.get("after")
        if after and not after.isdecimal():
            raise BadInput("after", "after must be a call's number")
        wanted = {name: request.args.get(name) for name in ("method", "company", "path")}
        return self._asked(request).calls.listing(**wanted, after=after)

    def _change_limits(self, asked: Fields) -> Any:
        """Published limits, times `factor` where given, then with what is named put in place; null lifts a limit."""
        provider = self._provider(asked.text("provider"))
        names = {field.name for field in fields(Limits)}
        for name in set(asked.data) - names - {"provider", "factor"}:
            raise BadInput(name, f"no limit {name}; known are {', '.join(sorted(names))}")
        limits = Limits().times(asked.whole("factor", 1) or 1)
        limits = replace(limits, **{name: asked.whole(name, None) for name in names & set(asked.data)})
        provider.change_limits(limits)
        return asdict(limits)

    def _change_settings(self, asked: Fields) -> Any:
        provider = self._provider(asked.text("provider"))
        for name, value in asked.data.items():
            if name == "provider":
                continue
            try:
                provider.change_setting(name, value)
            except ValueError as error:
                raise BadInput(name, str(error)) from error
        return provider.settings()

    def _move_clock(self, asked: Fields) -> Any:
        """`reset`, `frozen`, `now` (ISO), `today` (a day, keeping the time), `advance` (seconds), in this order."""
        asked.only("reset", "frozen", "now", "today", "advance")
        if asked.data.get("reset"):
            self._clock.reset()
        if "frozen" in asked.data:
            self._clock.freeze(bool(asked.data["frozen"]))
        if moment := asked.moment("now"):
            self._clock.move_to(moment)
        if day := asked.day("today"):
            self._clock.move_to(datetime.combine(day, self._clock.now().timetz()))
        if "advance" in asked.data:
            self._clock.move_to(self._clock.now() + timedelta(seconds=asked.number("advance", 0)))
        return self._time()

    def _time(self) -> dict[str, Any]:
        now = self._clock.now()
        return {"now": now.isoformat(), "today": now.date().isoformat(), "waiting": self._clock.waiting()}


def _told(rule: Rule) -> dict[str, Any]:
    fault = rule.fault.kind.value + (f":{rule.fault.milliseconds}" if rule.fault.milliseconds else "")
    return asdict(rule) | {"fault": fault, "times": rule.times or 0}
