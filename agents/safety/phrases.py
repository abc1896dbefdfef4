"""How texts that are meant for a model and not for a reader sound.

Each form is a demand on whoever reads with a model's rights: words alone, such as "prompt" or
"system", are at home in many a repository and tell nothing.
"""

import re

_MODEL = (
    r"(?:ai(?: (?:assistant|agent|model|reviewer|system|tool|bot|coder)s?)?|llms?|language models?"
    r"|(?:coding |code |automated |autonomous )(?:assistant|agent|bot)s?|assistants?|chat ?bots?"
    r"|copilot|claude|chatgpt|gpt(?:-\w+)?|qwen\w*|gemini|cursor|devin|codex)"
)
_ORDERS = r"(?:instruction|prompt|direction|guideline|directive|order|guardrail)s?"
_BEFORE = (
    r"(?:previous|prior|preceding|above|earlier|foregoing|existing|original|initial|system|current)"
)
_SECRETS = (
    r"(?:secrets?|tokens?|passwords?|credentials?|api[ _-]?keys?|private keys?|ssh keys?|\.env\b"
    r"|env(?:ironment)? (?:variables?|vars?)|\.netrc|id_rsa)"
)
_PERSON = (
    r"(?:the |any |a |your )?(?:users?|humans?|operators?|person|maintainers?|reviewers?"
    r"|developers?|owners?|anyone|anybody)"
)

_FORMS = {
    "override": (
        r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|override|bypass|neglect|discard|set"
        r" aside)\b"
        rf"(?: \w+){{0,4}}? (?:(?:{_BEFORE}|your|my|these|those) (?:\w+ ){{0,3}}?{_ORDERS}"
        rf"|(?:{_BEFORE}|your) (?:\w+ ){{0,2}}?(?:rules|polic(?:y|ies)|constraints|context"
        r"|messages|training|safety))\b",
        r"\b(?:ignore|disregard|forget) (?:all|any|every) (?:of )?(?:the |your |other"
        rf" )?{_ORDERS}\b",
        r"\b(?:forget|disregard|ignore) (?:everything|anything|all|what)(?: (?:that|of|was|you"
        r"|were|is|have|been))*"
        r" (?:above|before|told|said|know|learned|so far|until now)\b",
        r"\bignor(?:iere|ieren sie|iert)\b.{0,40}\b(?:vorherigen?|bisherigen?|obigen?"
        r"|früheren?)\b.{0,20}\b(?:anweisung|vorgabe|befehl)",
        r"\bignor(?:e|ez|er|a|ar|en)\b.{0,30}\b(?:instru[ck]+[ct]?iones|instructions|consignes"
        r"|istruzioni)\b"
        r".{0,20}\b(?:précédentes|ci-dessus|anteriores|previas|precedenti)",
        rf"\b(?:new|updated|real|actual|true|revised|replacement) (?:system )?{_ORDERS}(?: for"
        rf" (?:you|{_MODEL}))? ?[:=]",
        r"\byour (?:new|real|actual|true|only|next) (?:task|goal|objective|purpose|mission|job"
        rf"|{_ORDERS}) (?:is|are)\b",
        r"\b(?:end|start|begin(?:ning)?) of (?:the )?(?:system prompt|(?:system|user"
        rf"|assistant) (?:message|turn|{_ORDERS})|tool (?:output|result|response)|untrusted"
        r" (?:data|text))",
        r"\b(?:admin|system|developer|safety|policy|root|supervisor) override(?= ?[:!;,.]| *$)",
        r"\bthis (?:supersedes|overrides|replaces) (?:all|any|your|every|the (?:previous|system"
        r"|above))\b",
    ),
    "persona": (
        r"\byou are now (?:an? |the |my )?(?:\w+ ){0,3}?(?:assistant|agent|ai|model|bot"
        r"|admin\w*|root|hacker|unrestricted|jailbroken|dan|free)\b",
        r"\byou are (?:now |currently )?(?:in|entering) (?:\w+ )?(?:developer|unrestricted"
        r"|admin\w*|god|maintenance|jailbreak|autonomous|root|yolo) mode\b",
        r"\bfrom now on,? (?:you|your|always|only|never|respond|answer|act)\b",
        r"\b(?:act|behave|respond|answer) as (?:if you (?:are|were|had)|though you|an?"
        r" (?:unrestricted|unfiltered|uncensored))\b",
        r"\bpretend (?:to be|that you|you) (?:are |have |an? )?(?:\w+ )?(?:ai|assistant"
        r"|admin\w*|root|no|the|unrestricted)\b",
        r"\b(?:enter|enable|activate|switch to) (?:developer|unrestricted|jailbreak|god|dan"
        r"|yolo) mode\b",
        r"\bas an? (?:ai|llm|language model|ai (?:assistant|agent))(?: \w+){{0,3}},? you\b",
    ),
    "addressed": (
        r"\b(?:note|message|attention|important|notice|instructions?|hint|reminder|memo"
        r"|request|warning) ?[:,]? ?(?:to|for|,|:) ?(?:all |any |the |every |our"
        rf" )?{_MODEL}\b(?! (?:users?|models?|developers?|api|support"
        rf"|integration))(?=[^\n]{{0,160}}\b(?:you|must|should|please|do not|don't|ignore|run"
        r"|execute|approve|always|never|skip)\b)",
        rf"\b(?:dear|hey|hello|hi|attention|psst),? (?:all |any )?{_MODEL}\b",
        rf"\b(?:if|when|since|because|as) you(?: are|'re) (?:an? |the )?{_MODEL}\b",
        rf"\b(?:any |all |every )?{_MODEL},? (?:that |who |which )?(?:reading|reviewing"
        r"|processing|summari[sz]ing|reads|sees|parses|reviews|analy[sz]ing|working"
        rf" on)\b.{{0,80}}\b(?:must|should|shall|has to|have to|needs? to|is required|are"
        r" required|will)\b",
        r"\b(?:system|developer|assistant|supervisor)(?: (?:message|prompt|note|notice|alert"
        r"|update))? ?[:\]>] ?\"?(?:you (?:are|must|should|will|have)|ignore|from now|disregard"
        r"|the user|approv|please|do not|never|always|run|execute|call|grant)",
    ),
    "secrecy": (
        r"\b(?:do not|don't|never|must not|without|avoid) (?:ever )?(?:tell(?:ing)?"
        r"|inform(?:ing)?|let(?:ting)?|alert(?:ing)?|notify(?:ing)?|warn(?:ing)?)(?: this| it|"
        rf" that)?(?: to)? {_PERSON}\b(?= (?:about|of|that|this|know|what|any)|[.,;!\"')]| *$)",
        r"\b(?:do not|don't|never|without) (?:ever )?(?:mention(?:ing)?|reveal(?:ing)?"
        r"|disclos(?:e|ing)|report(?:ing)?|show(?:ing)?) (?:this|that|it|these|any of this|the"
        rf" (?:comment|instruction|message)s?)\b(?: \w+){{0,4}}(?: to {_PERSON}| in (?:the"
        r"|your) (?:report|summary|answer|review|response))",
        r"\b(?:keep|hide) (?:this|it|that) (?:a )?(?:secret|hidden|from) (?:from )?(?:the"
        r" )?(?:user|human|reviewer|operator|maintainer|report)",
    ),
    "approval": (
        r"\b(?:run|execute|push|merge|approve|delete|install|commit|deploy|edit|apply|proceed"
        r"|accept)\b[^.\n]{0,60}\bwithout (?:asking|(?:any |further |user |human )?(?:approval"
        r"|confirmation|permission|review))\b",
        r"\b(?:the )?(?:user|maintainer|owner|operator|admin\w*|human|team) (?:has|have)"
        r" (?:already |previously |explicitly |fully )(?:approved|authori[sz]ed|consented"
        r"|granted|allowed|agreed)\b",
        r"\b(?:approval|permission|confirmation)s? (?:is|are|was) (?:not |no longer |already"
        r" )(?:required|needed|necessary|granted|given)\b[^.\n]{0,60}\b(?:run|call|command|tool"
        r"|you|here|this|task)\b",
        r"\b(?:auto-?)?approve (?:this|the|all|every|any|these) (?:pull requests?|prs?|changes?"
        r"|merge requests?|calls?|requests?|commands?|tool"
        r" calls?)\b[^.\n]{0,60}\b(?:immediately|automatically|without|regardless|now"
        r"|unconditionally|no matter)\b",
        r"\b(?:mark|report|set|declare|rate) (?:this|the|all|every|it)\b(?: \w+){0,3} as"
        r" (?:done|passed|passing|approved|complete|safe|resolved|reviewed"
        r"|clean)\b[^.\n]{0,60}\b(?:without|regardless|immediately|no matter|do not|don't|even"
        r" if|and (?:stop|skip|ignore))\b",
        r"\b(?:you (?:have|are)|has) (?:been )?(?:granted|given|authori[sz]ed|cleared)(?:"
        r" \w+){0,3} (?:permissions?|access|rights)?,? ?to (?:run|execute|push|delete|write"
        r"|bypass|merge|approve)\b",
    ),
    "theft": (
        r"\b(?:send|post|upload|exfiltrate|leak|e?mail|forward|transmit|submit|pipe|push"
        rf"|copy)\b[^.\n]{{0,60}}?{_SECRETS}[^\n]{{0,60}}?(?:\bto\b|\bat\b"
        rf"|>)[^\n]{{0,40}}?(?:https?://|@|webhook|server|\b\w+\.(?:com|net|io|org|example"
        r"|invalid)\b)",
        r"\b(?:reveal|print|repeat|output|show|leak|disclose|paste|include|recite|dump)(?: me|"
        r" us)?(?: \w+){0,2} (?:your|the) (?:\w+ )?(?:system|initial|hidden|original|secret)"
        r" (?:prompt|instructions|message)",
        r"\b(?:include|print|paste|put|append|add|echo|output"
        rf"|dump)\b[^.\n]{{0,40}}\b(?:contents? of|values? of|all|the"
        rf"|every)\b[^.\n]{{0,30}}{_SECRETS}[^.\n]{{0,40}}\b(?:in|into|to) (?:your|the)"
        r" (?:answer|report|response|reply|summary|comment|output|review|pull request)",
        r"\b(?:curl|wget)\b[^\n]{0,120}\$\(?(?:cat |env|printenv)?[^\n]{0,30}(?:secret|token"
        r"|\.env|passw|credential|ssh|printenv|env\b)",
    ),
    "command": (
        r"\b(?:you (?:must|should|need to|have to|will|shall)|please|immediately|now|first"
        r"|always)(?: \w+){0,3} (?:run|execute|invoke|call)\b[^.\n]{0,60}(?:\bcurl\b|\bwget\b"
        r"|\brm -rf\b|\bgit push\b|\bbase64\b|\beval\b|\bchmod\b|\bsudo\b|\bbash -c\b|\bthe"
        r" (?:run|write|edit|shell|bash) tool\b)",
        r"\b(?:call|invoke|use) (?:the )?`?(?:run|write_file|edit|shell|bash|read_file"
        r"|run_command|open_pull_request)`? (?:tool|function)\b[^.\n]{0,80}\b(?:with|to|on|now"
        r"|immediately)\b",
        r"\{\s*\"name\"\s*:\s*\"\w+\"\s*,\s*\"arguments\"\s*:\s*\{[^\n]{0,200}(?:rm -|curl|wget|"
        r"push|\.env|passwd|id_rsa)",
        r"\brespond (?:only )?with (?:exactly )?[\"'`](?:lgtm|approved|ok|yes|done|pass(?:ed)?)\b",
        r"\b(?:say|state|claim|answer|report|conclude|write) (?:only )?that (?:all (?:tests"
        r"|checks)|everything|there (?:are|is) no|no (?:issues?|findings?"
        r"|problems?))\b[^.\n]{0,60}\b(?:regardless|even if|no matter|whatever|always|instead"
        r"|and (?:stop|nothing))\b",
    ),
}


PHRASES = tuple(
    (kind, re.compile(form, re.IGNORECASE)) for kind, forms in _FORMS.items() for form in forms
)
"""A kind, and one way to say it; they are looked for in text whose blanks are single."""
