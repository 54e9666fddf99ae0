package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// revokeEach revokes one key after another, whatever becomes of the others: each
// that fails is reported and left out. The end of ctx is that of all that are left.
// It waits once for all.
func (p *program) revokeEach(ctx context.Context, words []string, revoke func(i int, word string) (string, error)) error {
	var revoked []string
	var failed error
each:
	for i, word := range words {
		text, err := revoke(i, word)
		switch {
		case err == nil:
			revoked = append(revoked, text)
		case len(words) == 1:
			return err
		case ctx.Err() != nil:
			failed = fmt.Errorf("interrupted: %d of %s could not be revoked", len(words)-len(revoked), count(int64(len(words)), "key"))
			break each
		default:
			p.complain(oneLine(err))
			failed = fmt.Errorf("%d of %s could not be revoked", i+1-len(revoked), count(int64(len(words)), "key"))
		}
	}
	if len(revoked) == 0 {
		return failed
	}
	interrupted := p.settle(ctx)
	for _, text := range revoked {
		fmt.Fprintln(p.stdout, "revoked "+text)
	}
	return errors.Join(interrupted, failed)
}

// maxInput is room for thousands of keys.
const maxInput = 1 << 20

// revokeFromInput never repeats what it reads.
func (p *program) revokeFromInput(ctx context.Context, l ledger) error {
	text, err := io.ReadAll(io.LimitReader(p.stdin, maxInput+1))
	switch {
	case err != nil:
		return fmt.Errorf("the standard input cannot be read: %w", err)
	case len(text) > maxInput:
		return fmt.Errorf("the standard input is above %d bytes, and nothing is revoked: give it in parts", maxInput)
	}
	keys := strings.Fields(string(text))
	if len(keys) == 0 {
		return errors.New("the standard input holds no key")
	}
	return p.revokeEach(ctx, keys, func(i int, key string) (string, error) {
		err := l.RevokeSecret(ctx, key)
		if err != nil && len(keys) > 1 {
			return "", fmt.Errorf("key %d of the standard input: %s", i+1, oneLine(err))
		}
		if err != nil {
			return "", err
		}
		id, _, err := l.Format().Parse(key)
		return id.String(), err
	})
}
