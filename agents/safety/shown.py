"""What a model, a report and a checkpoint get to see of a text or a finding."""

from agents.finding import Finding
from agents.safety.control import defang
from agents.safety.masking import masked
from agents.tools.excerpt import plain


def shown(text: str) -> str:
    """Plain, with secrets masked and control words of models made harmless."""
    return defang(masked(plain(text)))


def safe(finding: Finding) -> Finding:
    """The finding, fit to be shown."""
    fix = None if finding.fix is None else shown(finding.fix)
    return finding.model_copy(update={"message": shown(finding.message), "fix": fix})
