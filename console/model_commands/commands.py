"""`cadre models`: what the command line takes; each command is one call into its own module."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from console.flags import Repo

models = typer.Typer(
    help="Every Qwen3 model: know it, fetch it, look into it, make it.", rich_markup_mode=None
)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")]
Amount = str | None


@models.command("list")
def list_models(
    repo: Repo = Path(),
    family: Annotated[
        str | None,
        typer.Option(
            "--family", metavar="F", help="Qwen3, Qwen3-2507, Qwen3-Coder, Qwen3-Next, or mlx."
        ),
    ] = None,
    moe: Annotated[
        bool | None,
        typer.Option("--moe/--dense", help="Only mixtures of experts, or only dense models."),
    ] = None,
    thinking: Annotated[
        Literal["switch", "always", "never"] | None,
        typer.Option("--thinking", help="Only models that think like this."),
    ] = None,
    fits: Annotated[
        bool,
        typer.Option("--fits", help="Only what fits in the free memory, with 32,768 tokens."),
    ] = False,
    json: Json = False,
) -> None:
    """Every Qwen3 model: size, what is on disk, what fits here, which role uses it."""
    from console.model_commands.known import Asked
    from console.model_commands.listing import list_models as show

    raise typer.Exit(show(Asked(family, moe, thinking, fits), repo=repo, json=json))


@models.command()
def advise(
    repo: Repo = Path(),
    vram: Annotated[
        Amount,
        typer.Option("--vram", metavar="SIZE", help="Memory of its accelerators, such as 24G."),
    ] = None,
    ram: Annotated[
        Amount, typer.Option("--ram", metavar="SIZE", help="Its own memory, such as 64G.")
    ] = None,
    context: Annotated[
        int | None,
        typer.Option("--context", metavar="N", help="Tokens of context; context_tokens if none."),
    ] = None,
    json: Json = False,
) -> None:
    """A model for each role on this machine, or on one that you describe, and why."""
    from console.model_commands import advise as advising

    code = advising.advise_roster(vram=vram, ram=ram, context=context, repo=repo, json=json)
    raise typer.Exit(code)


@models.command()
def pull(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A name of the list, or hf:owner/repo; add :Q8_0 for a quantisation.",
        ),
    ],
    json: Json = False,
) -> None:
    """Fetch a model, or go on with a pull that was stopped. The path goes to stdout."""
    from console.model_commands.pull import pull as fetch

    raise typer.Exit(fetch(name, json=json))


@models.command("rm")
def remove(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...", help="As in models list; without a quantisation all of a repository."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Delete models from this machine, and tell how many bytes that frees."""
    from console.model_commands.remove import remove as delete

    raise typer.Exit(delete(names, yes=yes))


@models.command()
def inspect(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A GGUF: its path, its address, embedded, or a pulled model."
        ),
    ],
    json: Json = False,
) -> None:
    """What a model's file says of itself, and which rules it breaks. Reads headers only."""
    from console.model_commands.inspect import inspect as look

    raise typer.Exit(look(file, as_json=json))


@models.command()
def convert(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of the checkpoint, with config.json."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write it here; NAME-TYPE.gguf in this folder."
        ),
    ] = None,
    type: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="f32, f16, bf16 or q8_0.")
    ] = "f16",
    force: Force = False,
    debug: Annotated[bool, typer.Option("--debug", help="Tell of every tensor.")] = False,
    json: Json = False,
) -> None:
    """Turn a Hugging Face checkpoint of Qwen3, Qwen3-MoE or Qwen3-Next into a GGUF."""
    from console.model_commands.convert import convert as make

    raise typer.Exit(make(folder, output, type=type, force=force, debug=debug, json=json))


@models.command()
def quantize(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A GGUF in F16, BF16 or F32.")],
    type: Annotated[str, typer.Argument(metavar="TYPE", help="Such as Q4_K_M or Q8_0.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write it here; NAME-TYPE.gguf beside it."
        ),
    ] = None,
    force: Force = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Quantize what is quantized already, with more loss."),
    ] = False,
    json: Json = False,
) -> None:
    """Make a GGUF smaller with llama.cpp's own quantiser."""
    from console.model_commands.quantize import quantize as shrink

    raise typer.Exit(shrink(file, type, output, force=force, again=again, json=json))


@models.command()
def experts(
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="A mixture of experts: a GGUF file or a name."),
    ],
    prompt: Annotated[
        str | None,
        typer.Option(
            "--prompt", metavar="TEXT", help="Count over this text instead of one prompt a role."
        ),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(
            "--session", metavar="NAME", help="Show what that session counted; loads nothing."
        ),
    ] = None,
    tokens: Annotated[
        int,
        typer.Option("--tokens", metavar="N", min=1, help="Answer tokens for each prompt."),
    ] = 32,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write the heat map as an SVG.")
    ] = None,
    json: Json = False,
) -> None:
    """Show which experts a model chooses, for which role."""
    from console.model_commands.experts import experts as show

    code = show(model, prompt=prompt, session=session, tokens=tokens, svg=svg, json=json)
    raise typer.Exit(code)


@models.command()
def fit(
    repo: Repo = Path(),
    context: Annotated[
        int | None,
        typer.Option("--context", metavar="N", help="Tokens of context; context_tokens if none."),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency",
            metavar="N",
            help="Requests at a time, each with its own context; max_agents if none.",
        ),
    ] = None,
    kv: Annotated[
        Literal["f16", "q8_0"] | None,
        typer.Option("--kv", help="What keys and values are kept in."),
    ] = None,
    vram: Annotated[
        Amount,
        typer.Option(
            "--vram", metavar="SIZE", help="Memory of its accelerators: 24G, or 24G,12G for two."
        ),
    ] = None,
    ram: Annotated[
        Amount, typer.Option("--ram", metavar="SIZE", help="Its own memory, such as 64G.")
    ] = None,
    swap: Annotated[
        bool, typer.Option("--swap", help="Let models take turns before roles share one.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Compare with what llama.cpp says, and keep the difference."),
    ] = False,
    json: Json = False,
) -> None:
    """Where the team's models stand on this machine, or on one that you describe."""
    from console.model_commands.fit import fit_team

    raise typer.Exit(
        fit_team(
            context=context,
            concurrency=concurrency,
            kv=kv,
            vram=vram,
            ram=ram,
            swap=swap,
            check=check,
            repo=repo,
            json=json,
        )
    )


@models.command()
def bench(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL", help="A GGUF file or a name; the model of your settings if none."
        ),
    ] = None,
    prompt: Annotated[
        int, typer.Option("--prompt", metavar="N", min=1, help="Tokens of each prompt.")
    ] = 512,
    new: Annotated[
        int, typer.Option("--new", metavar="N", min=4, help="Tokens of each answer.")
    ] = 64,
    concurrency: Annotated[
        str,
        typer.Option("--concurrency", metavar="N,...", help="How many requests at once, in turn."),
    ] = "1,2,4",
    rounds: Annotated[
        int, typer.Option("--rounds", metavar="N", min=1, help="How often each is repeated.")
    ] = 3,
    threads: Annotated[
        int | None,
        typer.Option("--threads", metavar="N", min=1, help="Threads; the physical cores if none."),
    ] = None,
    json: Json = False,
) -> None:
    """How fast a model is here, beside what this machine's memory allows."""
    from console.model_commands.bench import bench as measure

    raise typer.Exit(
        measure(
            model,
            prompt=prompt,
            new=new,
            concurrency=concurrency,
            rounds=rounds,
            threads=threads,
            json=json,
        )
    )
