"""What passed where: a suite on stock asyncio beside the same suite on plait."""

from dataclasses import dataclass, field

from .explained import Explanation
from .runs import Outcomes


@dataclass
class Comparison:
    """`again` are the outcomes on plait of those that had passed on stock asyncio only, when they were run again, alone."""

    stock: Outcomes
    plait: Outcomes
    explanations: list[Explanation]
    again: Outcomes = field(default_factory=dict)

    def both(self) -> list[str]:
        return [test for test in self._passed(self.stock) if test in self._on_plait()]

    def only_on_plait(self) -> list[str]:
        return [test for test in self._on_plait() if test not in self._passed(self.stock)]

    def only_on_stock(self) -> list[str]:
        """Those that failed, or did not run at all, on plait."""
        return [test for test in self._passed(self.stock) if test not in self._on_plait()]

    def passed_again(self) -> list[str]:
        return [test for test, outcome in self.again.items() if outcome.what == "passed"]

    def explained(self) -> dict[str, Explanation]:
        """Of those that passed on stock asyncio only, the ones that are listed."""
        found = {}
        for test in self.only_on_stock():
            explanation = next((entry for entry in self.explanations if entry.matches(test)), None)
            if explanation is not None:
                found[test] = explanation
        return found

    def unexplained(self) -> list[str]:
        explained = self.explained()
        return [test for test in self.only_on_stock() if test not in explained]

    def needless(self) -> list[Explanation]:
        """Entries all of whose tests pass."""
        used = set(self.explained().values())
        return [entry for entry in self.explanations if entry not in used]

    def reason(self, test: str) -> str:
        """Why it failed on plait, in one line."""
        outcome = self.again.get(test) or self.plait.get(test)
        return "did not run" if outcome is None else f"{outcome.what}: {outcome.reason}"

    def _passed(self, outcomes: Outcomes) -> dict[str, None]:
        return {test: None for test, outcome in outcomes.items() if outcome.what == "passed"}

    def _on_plait(self) -> dict[str, None]:
        return self._passed(self.plait) | self._passed(self.again)
