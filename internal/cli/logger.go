package cli

import (
	"log/slog"
)

// textLogger writes lines for a person.
func (p *program) textLogger() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, nil))
}

// logger writes lines in the format that --log-format names.
func (p *program) logger(format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return p.textLogger(), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.stderr, nil)), nil
	}
	return nil, usage("--log-format %q is neither text nor json", format)
}
