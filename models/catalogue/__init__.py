"""What is known of every Qwen3 model: facts with their sources, sizes, and what fits where."""

from models.catalogue.advice import Advice, Advised, Place, advise
from models.catalogue.amount import parse_amount
from models.catalogue.book import catalogue, find, named_in, reference_to, repository_of
from models.catalogue.choice import Choice
from models.catalogue.entry import Build, Catalogue, Entry, Gguf, MlxEntry, Quantisation
from models.catalogue.machine import Machine, free_memory
from models.catalogue.need import Need, need_of
from models.catalogue.quantisation import USUAL, FileSize, file_size

__all__ = [
    "USUAL",
    "Advice",
    "Advised",
    "Build",
    "Catalogue",
    "Choice",
    "Entry",
    "FileSize",
    "Gguf",
    "Machine",
    "MlxEntry",
    "Need",
    "Place",
    "Quantisation",
    "advise",
    "catalogue",
    "file_size",
    "find",
    "free_memory",
    "named_in",
    "need_of",
    "parse_amount",
    "reference_to",
    "repository_of",
]
