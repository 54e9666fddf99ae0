package keystore_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
	"github.com/buildkey/buildkey/apikey/keystore"
)

// atOnce runs do n times at once, each told its number.
func atOnce(n int, do func(i int)) {
	var group sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-gate
			do(i)
		})
	}
	close(gate)
	group.Wait()
}

// Fifty unwrap one handle at once: one of them gets the secret, which is worth
// nothing any more, and one other gives the alarm. 200 times over under
// BUILDKEY_SOAK=1.
func TestFiftyUnwrapOneHandle(t *testing.T) {
	t.Parallel()
	r := postgresRig(t, 10)
	for range soak(15, 200) {
		k, secret := r.mint(t, keystore.Spec{Project: "1"})
		handle, err := r.Wrap(t.Context(), secret, 0)
		if err != nil {
			t.Fatal(err)
		}
		var opened atomic.Int32
		atOnce(50, func(int) {
			got, err := r.Unwrap(t.Context(), handle.Reveal())
			switch {
			case err == nil && got.Reveal() == secret.Reveal():
				opened.Add(1)
			case !errors.Is(err, keystore.ErrHandleSpent) || !got.IsZero():
				t.Errorf("one of the others got %v", err)
			}
		})
		if n := opened.Load(); n != 1 {
			t.Errorf("%d of 50 opened the handle", n)
		}
		if _, err := r.Verify(t.Context(), secret.Reveal()); !errors.Is(err, apikey.ErrRevoked) {
			t.Errorf("the key then: %v, want ErrRevoked", err)
		}
		if got, want := r.kinds(t, k.ID), []string{"create", "wrap", "unwrap", "unwrap_again", "revoke"}; !slices.Equal(got, want) {
			t.Errorf("the trail says %v, want %v", got, want)
		}
	}
}

// kinds are those of a key's events.
func (r rig) kinds(t *testing.T, id uuid.UUID) []string {
	t.Helper()
	events, err := r.Events(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// Nine bring an opened handle at once, each another handle of the same key too: each
// handle gives its alarm once, and nobody waits for ever.
func TestReplaysAtOnce(t *testing.T) {
	t.Parallel()
	r := postgresRig(t, 10)
	k, secret := r.mint(t, keystore.Spec{Project: "1"})
	handles := make([]apikey.Secret, 3)
	for i := range handles {
		var err error
		if handles[i], err = r.Wrap(t.Context(), secret, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Unwrap(t.Context(), handles[i].Reveal()); err != nil {
			t.Fatal(err)
		}
	}
	atOnce(9, func(i int) {
		if _, err := r.Unwrap(t.Context(), handles[i%3].Reveal()); !errors.Is(err, keystore.ErrHandleSpent) {
			t.Errorf("a replay: %v", err)
		}
	})
	alarms, revocations := 0, 0
	for _, kind := range r.kinds(t, k.ID) {
		switch kind {
		case "unwrap_again":
			alarms++
		case "revoke":
			revocations++
		}
	}
	if alarms != 3 || revocations != 1 {
		t.Errorf("%d alarms and %d revocations, want 3 and 1", alarms, revocations)
	}
}

// A handle that only one unwraps leaves its key alone, however many others are
// unwrapped beside it.
func TestManyHandlesAtOnce(t *testing.T) {
	t.Parallel()
	r := postgresRig(t, 10)
	handles, secrets := make([]apikey.Secret, 50), make([]apikey.Secret, 50)
	for i := range handles {
		var err error
		_, secrets[i] = r.mint(t, keystore.Spec{Project: "1"})
		if handles[i], err = r.Wrap(t.Context(), secrets[i], 0); err != nil {
			t.Fatal(err)
		}
	}
	atOnce(len(handles), func(i int) {
		if got, err := r.Unwrap(t.Context(), handles[i].Reveal()); err != nil || got.Reveal() != secrets[i].Reveal() {
			t.Errorf("handle %d: %v", i, err)
		}
	})
	for i := range secrets {
		if _, err := r.Verify(t.Context(), secrets[i].Reveal()); err != nil {
			t.Errorf("key %d: %v", i, err)
		}
	}
}
