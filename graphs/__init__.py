"""In which order the work is done: state, workflow, schedule, approvals, events, sessions."""
