"""Texts with secrets in them, made while the tests run: none stands in this repository as it is."""

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_letters, ascii_uppercase, digits

ALNUM = ascii_letters + digits
HEX = "0123456789abcdef"
URL64 = ALNUM + "-_"


@dataclass(frozen=True)
class Planted:
    """A text, and what of it may not be seen afterwards."""

    name: str
    text: str
    secret: str


def planted(seed: int = 7) -> tuple[Planted, ...]:
    """Every kind once, the same for the same seed."""
    draw = random.Random(seed)
    return (*_keys(draw), *_named(draw), *_placed(draw))


def word(draw: random.Random, length: int, of: str = ALNUM) -> str:
    """A random word that holds a digit and a letter, and ends with one of them."""
    while True:
        made = "".join(draw.choices(of, k=length))
        if any(map(str.isdigit, made)) and any(map(str.isalpha, made)) and made[-1].isalnum():
            return made


def pem(draw: random.Random, label: str, lines: int = 6) -> list[str]:
    """A private key's lines, with those that begin and end it."""
    body = [word(draw, 64, ALNUM + "+/") for _ in range(lines)]
    body.append(word(draw, 22, ALNUM) + "==")
    return [_dashes(f"BEGIN {label}"), *body, _dashes(f"END {label}")]


def jwt(draw: random.Random) -> str:
    """A signed token that has the form of one."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "iat": 1516239022})
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*coded, word(draw, 43, URL64)])


def _dashes(text: str) -> str:
    return f"-----{text}-----"


def _keys(draw: random.Random) -> Iterator[Planted]:
    """Keys that show by their form what they are, in sentences that say nothing of them."""
    forms = {
        "github personal": ("gh" + "p_", 36, ALNUM),
        "github oauth": ("gh" + "o_", 36, ALNUM),
        "github actions": ("gh" + "s_", 36, ALNUM),
        "github fine-grained": ("github_" + "pat_", 82, ALNUM + "_"),
        "gitlab personal": ("gl" + "pat-", 20, URL64),
        "gitlab runner": ("gl" + "rt-", 20, URL64),
        "aws access": ("AK" + "IA", 16, ascii_uppercase + "234567"),
        "aws session": ("AS" + "IA", 16, ascii_uppercase + "234567"),
        "stripe live": ("sk_" + "live_", 24, ALNUM),
        "stripe test": ("sk_" + "test_", 24, ALNUM),
        "stripe webhook": ("wh" + "sec_", 32, ALNUM),
        "slack bot": ("xo" + "xb-123456789012-123456789012-", 24, ALNUM),
        "slack app": ("xa" + "pp-1-A0123ABCD-123456789012-", 64, HEX),
        "google api": ("AI" + "za", 35, URL64),
        "google oauth": ("ya" + "29.", 60, URL64),
        "google client": ("GOC" + "SPX-", 28, URL64),
        "npm": ("np" + "m_", 36, ALNUM),
        "pypi": ("py" + "pi-AgEIcHlwaS5vcmc", 100, URL64),
        "hugging face": ("h" + "f_", 34, ALNUM),
        "docker": ("dck" + "r_pat_", 27, URL64),
        "openai": ("s" + "k-proj-", 48, ALNUM),
        "openai legacy": ("s" + "k-", 48, ALNUM),
        "anthropic": ("s" + "k-ant-api03-", 80, URL64),
        "vault": ("hv" + "s.", 40, ALNUM),
        "digitalocean": ("do" + "p_v1_", 64, HEX),
        "grafana": ("gl" + "sa_", 32, ALNUM),
        "databricks": ("da" + "pi", 32, HEX),
        "shopify": ("sh" + "pat_", 32, HEX),
        "rubygems": ("ruby" + "gems_", 48, HEX),
        "sentry": ("snt" + "rys_", 60, ALNUM),
        "linear": ("lin_" + "api_", 40, ALNUM),
        "mailgun": ("ke" + "y-", 32, HEX),
        "pulumi": ("pu" + "l-", 40, HEX),
        "groq": ("gs" + "k_", 52, ALNUM),
        "tailscale": ("ts" + "key-auth-", 40, ALNUM),
        "square": ("sq0" + "csp-", 43, URL64),
        "new relic": ("NR" + "AK-", 27, ascii_uppercase + digits),
        "age": ("AGE-" + "SECRET-KEY-1", 58, ascii_uppercase + digits),
    }
    for name, (prefix, length, of) in forms.items():
        tail = "_" + word(draw, 8, HEX) if name == "grafana" else ""
        secret = prefix + word(draw, length, of) + tail
        yield Planted(name, f"step 3 used {secret} and went on", secret)
    dotted = {
        "sendgrid": f"S{'G.'}{word(draw, 22)}.{word(draw, 43)}",
        "discord": f"M{word(draw, 23)}.{word(draw, 6)}.{word(draw, 27)}",
        "telegram": f"{draw.randrange(10**9, 10**10 - 1)}:AA{word(draw, 33)}",
        "mailchimp": f"{word(draw, 32, HEX)}-us12",
        "twilio": f"S{'K'}{word(draw, 32, HEX)}",
        "jwt": jwt(draw),
    }
    for name, secret in dotted.items():
        yield Planted(name, f"2026-01-02 INFO got {secret} back", secret)


def _named(draw: random.Random) -> Iterator[Planted]:
    """Values that are secrets because of the name beside them."""
    lines = {
        "shell": "export DB_PASSWORD={}",
        "letters alone": "DB_PASSWORD=correcthorse",
        "dotenv": "SECRET_KEY={}",
        "yaml": "  password: {}",
        "yaml quoted": "    client_secret: '{}'",
        "json": '{{"api_key": "{}", "id": 3}}',
        "json in json": '"body": "{{\\"token\\":\\"{}\\"}}"',
        "toml": 'auth_token = "{}"',
        "python": "    password = '{}'",
        "python annotated": 'api_key: str = "{}"',
        "python argument": 'connect(host, password="{}")',
        "python environment": 'os.environ["API_TOKEN"] = "{}"',
        "go": 'accessKey := "{}"',
        "ruby": ":secret_key_base => '{}',",
        "php": "define('DB_PASSWORD', '{}');",
        "java properties": "spring.datasource.password={}",
        "connection string": "Server=db;User Id=sa;Password={};Encrypt=yes",
        "azure storage": "DefaultEndpointsProtocol=https;AccountKey={}==;Suffix=core",
        "xml": "<password>{}</password>",
        "option": "$ deploy --token {} --verbose",
        "option with sign": "$ deploy --api-key={} --verbose",
        "dockerfile": "ENV AUTH_TOKEN {}",
        "dockerfile argument": "ARG NPM_TOKEN={}",
        "query": "GET /v1/items?access_token={}&page=2 200",
        "signed address": "https://x.example/a.zip?X-Amz-Signature={}&X-Amz-Expires=60",
        "npmrc": "//registry.example/:_authToken={}",
        "in prose": "the token is {} for now",
        "kubernetes": "- name: DB_PASSWORD\n  value: {}",
        "workflow": "        AWS_SECRET_ACCESS_KEY: {}",
        "terraform": 'variable_secret = "{}"',
        "netrc line": "password {}",
        "header": "X-Api-Key: {}",
        "long name": "subscription_key: {}",
        "short password": "password: hunter2",
        "password with signs": 'password = "p@ss w0rd!"',
    }
    fixed = {
        "letters alone": "correcthorse",
        "short password": "hunter2",
        "password with signs": "w0rd!",
    }
    for name, line in lines.items():
        secret = fixed.get(name) or word(draw, 32)
        yield Planted(name, line.format(secret), secret)
    uuid = "-".join(word(draw, length, HEX) for length in (8, 4, 4, 4, 12))
    yield Planted("uuid as key", f"HEROKU_API_KEY={uuid}", uuid)
    digest = word(draw, 40, HEX)
    yield Planted("hex as token", f"CODECOV_TOKEN: {digest}", digest)


def _placed(draw: random.Random) -> Iterator[Planted]:
    """Secrets that a protocol or a command puts where they stand."""
    lines = {
        "bearer": "> Authorization: Bearer {}",
        "basic": "authorization: basic {}",
        "token header": "curl -H 'Authorization: token {}' https://x.example",
        "authorization alone": '"Authorization": "{}"',
        "cookie": "Cookie: theme=dark; session={}",
        "set cookie": "< Set-Cookie: sid={}; Path=/; HttpOnly",
        "address": "git clone https://bot:{}@code.example/a/b.git",
        "address without user": "redis://:{}@cache:6379/0",
        "address with a token": "fatal: https://{}@code.example/a/b.git not found",
        "database": "DATABASE_URL=postgresql://app:{}@db.example:5432/app",
        "curl user": "curl -sS -u deploy:{} https://x.example/up",
        "mysql": "mysqldump -h db -u root -p{} app",
        "docker login": "docker login -u bot -p {} registry.example",
        "sshpass": "sshpass -p {} ssh root@host",
        "netrc": "machine x.example login bot password {}",
        "sql": "CREATE USER app IDENTIFIED BY '{}'",
        "slack webhook": "https://hooks.sl" + "ack.com/services/T01234567/B01234567/{}",
        "discord webhook": "https://discord.com/api/web" + "hooks/123456789012345678/{}",
        "crypt": "root:$6$" + "saltsalt${}:19000:0:99999",
    }
    for name, line in lines.items():
        secret = word(draw, 40)
        yield Planted(name, line.format(secret), secret)
    lines_of_key = pem(draw, "RSA " + "PRIVATE KEY")
    for name, text in {
        "key": "\n".join(lines_of_key),
        "key in a listing": "\n".join(f"{n:>4}  {line}" for n, line in enumerate(lines_of_key, 7)),
        "key in a diff": "\n".join("+" + line for line in lines_of_key),
        "key in a log": "\n".join(f"2026-01-02T03:04:05.0Z {line}" for line in lines_of_key),
        "key in a table": "\n".join(f"| {line} |" for line in lines_of_key),
        "key in yaml": "key: |\n" + "\n".join("    " + line for line in lines_of_key),
        "key in json": json.dumps({"private_key": "\n".join(lines_of_key) + "\n"}),
        "key in code": "\n".join(f'  "{line}\\n" +' for line in lines_of_key),
    }.items():
        for which in (1, 4, -2):
            yield Planted(f"{name}, line {which}", text, lines_of_key[which].rstrip("="))
