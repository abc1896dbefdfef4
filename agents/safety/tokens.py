"""Keys that show by their form what they are, wherever they stand.

The forms come from the plugins of detect-secrets, of which only those are taken that look at each
character a bounded number of times, and from the issuers' documentation. Loading detect-secrets
costs a quarter of a second, so it waits for the first line that may hold a secret.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain

from agents.safety.entropy import entropy, is_random
from agents.safety.span import Span
from agents.safety.values import is_placeholder


@dataclass(frozen=True)
class Form:
    """What a kind of key looks like."""

    kind: str
    pattern: re.Pattern[str]
    whole: bool = True
    """The key is all that the pattern matches, and no part of a longer word."""


OWN = (
    ("github-token", r"github_pat_\w{20,255}"),
    ("openai-key", r"sk-(?:proj-|svcacct-|ant-(?:api|admin)\d\d-)?[\w-]{20,300}"),
    ("google-key", r"AIza[\w-]{35}|GOCSPX-[\w-]{28}|ya29\.[\w-]{20,1000}|1//0[\w-]{40,200}"),
    ("npm-token", r"npm_[A-Za-z0-9]{36}"),
    ("hugging-face-token", r"hf_[A-Za-z0-9]{30,50}"),
    ("docker-token", r"dckr_[po]at_[\w-]{20,60}"),
    ("stripe-key", r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,250}"),
    (
        "slack-token",
        r"xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{20,100}|xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{20,300}",
    ),
    (
        "gitlab-token",
        r"gl(?:agent|cbt|dt|ft|imt|oas|pat|ptt|rt|rtr|soat|wt|ffct)-[\w-]{20,64}(?:\.[\w.-]{5,40})?",
    ),
    ("vault-token", r"hv[sbr]\.[\w-]{20,300}"),
    ("aws-key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    ("shopify-token", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("digitalocean-token", r"do[opr]_v1_[a-f0-9]{64}"),
    ("grafana-token", r"glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}"),
    ("atlassian-token", r"ATATT3[\w=-]{50,300}"),
    ("databricks-token", r"dapi[a-f0-9]{32}(?:-\d)?"),
    ("postman-key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("rubygems-key", r"rubygems_[a-f0-9]{48}"),
    ("new-relic-key", r"NRAK-[A-Z0-9]{27}"),
    ("pulumi-token", r"pul-[a-f0-9]{40}"),
    ("linear-key", r"lin_api_[A-Za-z0-9]{40}"),
    ("sentry-token", r"sntry[su]_[\w+/=-]{40,400}"),
    ("tailscale-key", r"tskey-[a-z]{3,10}-[\w-]{15,80}"),
    ("mailgun-key", r"key-[a-f0-9]{32}"),
    ("figma-token", r"fig[dou]_[\w-]{40,60}"),
    ("groq-key", r"gsk_[A-Za-z0-9]{40,60}"),
    ("nvidia-key", r"nvapi-[\w-]{60,80}"),
    ("age-key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("pypi-token", r"pypi-[\w-]{70,400}"),
    ("sendgrid-key", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    ("jwt", r"eyJ[\w-]{8,4000}={0,2}(?:\.[\w-]{2,8000}={0,2}){1,4}(?:\.(?![\w]))?"),
)
"""Kinds that detect-secrets does not know, or knows in older forms; JWTs with their signatures."""

VAGUE = frozenset({"openai-key", "artifactory-key"})
"""Kinds whose form a name may have too, so that they must also look drawn at random."""

_AROUND = " \t\r\n\"'=:,;"

WITHIN = (
    ("webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s1>[\w/-]{20,120})"),
    ("webhook", r"discord(?:app)?\.com/api/webhooks/(?P<s2>\d{5,25}/[\w-]{30,100})"),
    ("webhook", r"[\w-]{1,60}\.webhook\.office\.com/(?P<s3>[\w/@-]{40,300})"),
    (
        "password",
        r"://[^\s:/?#@\"'<>\[\]]{0,100}:(?P<s4>[^\s/@\"'<>]{1,200})@(?=[\w\[.-])(?!sha\d)",
    ),
    (
        "password",
        r"://[^\s:/?#@\"'<>\[\]]{0,100}:(?P<s5>(?!\d{1,5}/)[^\s@\"'<>]{1,200})@(?!sha\d)(?=[\w-]{1,60}[.:/])",
    ),
    ("url-token", r"://(?P<s6>[A-Za-z0-9_-]{20,200})@(?=[\w.-])"),
    ("password-hash", r"(?P<s7>\$(?:2[aby]|[156]|apr1|y|argon2(?:id|i|d))\$[\w./$=,+-]{20,300})"),
)


PLUGINS = (
    ("aws", "AWSKeyDetector", "aws-key"),
    ("artifactory", "ArtifactoryDetector", "artifactory-key"),
    ("azure_storage_key", "AzureStorageKeyDetector", "azure-key"),
    ("discord", "DiscordBotTokenDetector", "discord-token"),
    ("github_token", "GitHubTokenDetector", "github-token"),
    ("gitlab_token", "GitLabTokenDetector", "gitlab-token"),
    ("mailchimp", "MailchimpDetector", "mailchimp-key"),
    ("sendgrid", "SendGridDetector", "sendgrid-key"),
    ("slack", "SlackDetector", "slack-token"),
    ("square_oauth", "SquareOAuthDetector", "square-key"),
    ("stripe", "StripeDetector", "stripe-key"),
    ("telegram_token", "TelegramBotTokenDetector", "telegram-token"),
    ("twilio", "TwilioKeyDetector", "twilio-key"),
)
"""Module, class and our word for each plugin taken over. Those left out match assignments, whose
expressions look at blanks in every way that they can be parted; `named` has a form for all."""

_HINT = re.compile(
    r"A3T|A(?:KI|BI|CC|SI)A|aws|AKC|AP[\dA-F]|AccountKey=|gh[pousr]_|github_pat|gl[a-z]+-|GR13489"
    r"|-us\d|SG\.|xox|xapp-|sq0|k_live_|k_test_|whsec_|AC[a-z0-9]{8}|SK[a-z0-9]{8}|\d{8}:[\w-]{30}"
    r"|[MNO][\w-]{23,25}\.|sk-|AIza|GOCSPX|ya29|1//0|npm_|hf_|dckr_|hv[sbr]\.|shp|do[opr]_v1|glsa_"
    r"|ATATT3|dapi|PMAK|rubygems_|NRAK|pul-|lin_api|sntry|tskey|key-|fig[dou]_|gsk_|nvapi|AGE-|pypi-"
    r"|eyJ|hooks\.|webhook|://|\$[1256ay]"
)


def token_spans(line: str) -> Iterator[Span]:
    """The keys of the line that show what they are."""
    if _HINT.search(line) is None:
        return
    for form in forms():
        for match in form.pattern.finditer(line):
            span = _span(form, match)
            if span is not None and _is_key(line, span, form.whole):
                yield span


@cache
def forms() -> tuple[Form, ...]:
    """All forms: our own first, whose kinds say more."""
    own = (Form(kind, re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})")) for kind, pattern in OWN)
    within = (Form(kind, re.compile(pattern), whole=False) for kind, pattern in WITHIN)
    return tuple(chain(own, within, _plugins()))


def _plugins() -> Iterator[Form]:
    for module, name, kind in PLUGINS:
        plugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)
        for pattern in plugin.denylist:
            yield Form(kind, pattern)


def _span(form: Form, match: re.Match[str]) -> Span | None:
    """Where the key itself is: in its group, or all but the signs around it."""
    group = (match.lastindex or 0) if not form.whole or "aws" in form.kind else 0
    start, end = match.span(group)
    text = match.string
    while start < end and text[start] in _AROUND:
        start += 1
    while start < end and text[end - 1] in _AROUND:
        end -= 1
    return Span(start, end, form.kind) if start < end else None


def _is_key(line: str, span: Span, whole: bool) -> bool:
    """No part of a longer word, and no word that a person would choose."""
    word = line[span.start : span.end]
    if not whole:
        return span.kind in {"password-hash", "webhook"} or not is_placeholder(word)
    inside = line[span.start - 1 : span.start].isalnum() or line[span.end : span.end + 1].isalnum()
    return not inside and (span.kind not in VAGUE or is_random(word)) and entropy(word) > 2.5
