"""The same work done with other tools, as somebody would do it who knows them well."""
