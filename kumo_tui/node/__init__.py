"""ONE KUMOD: wire types, client, metrics reader, capability probe. The only room that imports httpx."""
