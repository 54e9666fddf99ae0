// Package parser turns the headers of a request into a raw API key.
//
// A [Parser] reads one place where a key may stand. [Scheme] reads the
// Authorization header of RFC 9110, section 11.6.2, [Header] a header of its
// own, and [First] asks several in turn:
//
//	parser.Token                                  // Authorization: Token <key>
//	parser.Header("X-Build-Key")                  // X-Build-Key: <key>
//	parser.First(parser.Token, parser.Bearer)     // either scheme
//
// The attacker here is whoever writes the request: every byte of every header
// is untrusted. Therefore the grammar is narrow and nothing is repaired:
//
//   - A key is 1 to 512 bytes of A-Za-z0-9-._~+/= and nothing else. It is not
//     trimmed, unquoted, decoded or cut at a comma.
//   - A header that appears twice is [ErrMalformed], even with the same value.
//     No choice is made between two credentials, because a proxy in front may
//     have made the other one.
//   - Another scheme than the parser's own is [ErrMissing]: such a credential
//     is somebody else's, in somebody else's grammar.
//   - Only headers are read, never the URL, where keys end up in logs.
//   - A parser with an empty or impossible name matches nothing.
//
// Nothing here verifies a key; that needs a store. A result is always a
// substring of the header's value, so parsing a good header allocates nothing,
// and no error holds any part of a value.
//
// Header names have no case. In an [http.Header] they are read under their
// canonical spelling, as its own methods do and as net/http's servers write
// them. In a map made by hand, a value under another spelling carries no key;
// beside the canonical one it is a second appearance, and malformed.
package parser
