"""Who does the work: domain words, roster, planner, specialist, reviewer, reporter."""
