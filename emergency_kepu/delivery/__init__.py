"""From a launched campaign to provider calls: plan, claim, rate, retry, fail over."""
