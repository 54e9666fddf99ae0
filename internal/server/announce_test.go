package server

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// full takes nothing, as a full device does.
type full struct {
	said strings.Builder
	then func()
}

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	f.said.Write(p)
	f.then()
	return 0, errFull
}

// TestATokenThatNobodyCouldReadIsForgotten, so that the next start makes another.
func TestATokenThatNobodyCouldReadIsForgotten(t *testing.T) {
	t.Parallel()
	url, out := fileURL(t), &full{}
	cfg := quiet(url)
	cfg.Out = out
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	out.then = stop // which is no reason to keep it
	if err := s.Serve(ctx); !errors.Is(err, errFull) {
		t.Fatalf("serve: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const made = "The admin token, made now"
	if text := serve(t, quiet(url)).rest(); !strings.Contains(text, made) || !strings.Contains(out.said.String(), made) {
		t.Errorf("the next start says %q", text)
	}
}
