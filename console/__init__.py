"""How a run looks to a person: live view, prompt, reports. Owns rich and prompt_toolkit."""
