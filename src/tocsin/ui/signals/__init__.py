"""The signals screen: every series with its place, and which layers of which systems nobody watches."""
