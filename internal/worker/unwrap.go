package worker

import (
	"context"
	"fmt"
	"net/http"
)

// connect is a client that holds the key, opening the handle if that is what
// was given.
func connect(ctx context.Context, cfg Config) (*client, error) {
	c := newClient(cfg)
	if !cfg.Credential.isHandle() {
		c.key = cfg.Credential
		return c, nil
	}
	key, err := c.unwrap(ctx, cfg.Credential)
	if err != nil {
		return nil, unwrapError(err, cfg.Credential)
	}
	if key.IsZero() {
		return nil, fmt.Errorf("%w (the answer held none)", ErrHandle)
	}
	c.key = key
	return c, nil
}

// unwrapError says what has become of the handle. What the server says could
// repeat it, so the text goes through the handle's redaction.
func unwrapError(err error, handle Credential) error {
	text := handle.redact(err.Error())
	switch {
	case hasStatus(err, http.StatusGone):
		return fmt.Errorf("%w (it was opened before, and its key is now revoked: %s)", ErrHandle, text)
	case hasStatus(err, http.StatusNotFound):
		return fmt.Errorf("%w (the server does not know it: %s)", ErrHandle, text)
	}
	return fmt.Errorf("%w (it may be spent, so it is not tried again: %s)", ErrHandle, text)
}
