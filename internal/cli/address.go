package cli

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/buildkey/buildkey/internal/server"
	"github.com/buildkey/buildkey/parser"
)

// checkAddress refuses what no server could listen on.
func checkAddress(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return usage("--addr %s is not HOST:PORT, such as %s", shown(addr), server.DefaultAddr)
	}
	return nil
}

// checkDatabaseURL refuses what names no database that a server can have. It
// repeats nothing but the scheme, since a URL may hold a password.
func checkDatabaseURL(text string) error {
	scheme, rest, _ := strings.Cut(text, "://")
	switch scheme {
	case "sqlite":
		if rest == "" || strings.HasPrefix(rest, ":memory:") {
			return usage("--database-url names no file: give one such as %s", server.DefaultDatabaseURL)
		}
		return nil
	case "postgres", "postgresql":
		if _, err := url.Parse(text); err != nil {
			return usage("--database-url is no URL that can be read: escape what is special in user and password, as in %%40 for @")
		}
		return nil
	}
	return usage("--database-url is neither sqlite://PATH nor postgres://USER@HOST/NAME")
}

// checkToken refuses an admin token that no request could present, and does not
// repeat it.
func checkToken(token string) error {
	if token == "" {
		return nil
	}
	if _, err := parser.Bearer.Parse(http.Header{"Authorization": {"Bearer " + token}}); err != nil {
		return usage("--admin-token cannot be sent in a header: use 1 to 512 of A-Za-z0-9-._~+/=")
	}
	return nil
}
