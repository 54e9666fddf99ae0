package server

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/parser"
)

// The defaults of a Config.
const (
	DefaultAddr        = "127.0.0.1:8000"
	DefaultDatabaseURL = "sqlite://buildkey.db"
)

// Config is what a server is made of. The zero Config is that of `make run`.
type Config struct {
	// Addr is where Serve listens, "" for DefaultAddr. A host that is left out
	// is 127.0.0.1, and port 0 picks a free one.
	Addr string
	// DatabaseURL is what OpenDB takes, "" for DefaultDatabaseURL.
	DatabaseURL string
	// AdminToken is what staff present. It is kept hashed in the database, and
	// never printed. Empty: the one that the database knows, or else a new one,
	// which Serve prints.
	AdminToken apikey.Secret
	// NoSample leaves an empty database empty.
	NoSample bool
	// SampleRepo is what the sample project clones: a URL or a path. "": the
	// git checkout in the working directory, where there is one.
	SampleRepo string
	// Out is where a person reads the address, a new admin token and lines to
	// try. Nil: os.Stdout.
	Out io.Writer
	// Logger takes a line per request. Nil: slog.Default().
	Logger *slog.Logger
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Addr == "" {
		c.Addr = DefaultAddr
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = DefaultDatabaseURL
	}
	if c.Out == nil {
		c.Out = os.Stdout
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// check refuses an admin token that no request could present.
func (c Config) check() error {
	if c.AdminToken.IsZero() {
		return nil
	}
	if _, err := parser.Bearer.Parse(bearer(c.AdminToken)); err != nil {
		return fmt.Errorf("server: the admin token cannot be sent in a header: use 1 to 512 of A-Za-z0-9-._~+/=")
	}
	return nil
}
