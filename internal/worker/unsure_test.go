package worker

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The key is refused at the call that ends the build. Nobody says that the build was
// stopped when an attempt before may have ended it.
func TestRunDoesNotClaimWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	abort := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	tests := []struct {
		name  string
		first func(w http.ResponseWriter) // answers the first attempt; the others get 401
		state string                      // whose PATCH it is
		want  error
	}{
		{"no answer", abort, stateFinished, ErrUnsure},
		{"a proxy gave up", func(w http.ResponseWriter) { w.WriteHeader(http.StatusGatewayTimeout) }, stateFinished, ErrUnsure},
		{"turned away", func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, stateFinished, ErrRejected},
		{"refused at once", func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }, stateFinished, ErrRejected},
		{"no answer on the way", abort, stateUploading, ErrRejected},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, nil))
			tried := false
			f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
				switch {
				case r.body["state"] != test.state:
					return false
				case tried:
					w.WriteHeader(http.StatusUnauthorized)
				default:
					tried = true
					test.first(w)
				}
				return true
			}
			cfg := f.config()
			var told strings.Builder
			cfg.Progress = &told
			result, err := Run(t.Context(), cfg)
			if !errors.Is(err, test.want) || result.Success || result.State == stateFinished || result.Error != said(test.want) && test.want == ErrUnsure {
				t.Errorf("Run() = %+v, %v; want %v", result, err, test.want)
			}
			if stopped := strings.Contains(told.String(), "stopped"); stopped != (test.want == ErrRejected) {
				t.Errorf("people are told %q", told.String())
			}
		})
	}
}

// The keeper may be the first to hear that the key is dead.
func TestRunIsUnsureWhenTheKeeperHearsOfIt(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, nil))
	asked := make(chan struct{})
	f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
		dead := f.build["state"] == stateFinished
		if r.body["state"] == stateFinished {
			if !dead {
				f.build["state"] = stateFinished
				close(asked)
			}
			panic(http.ErrAbortHandler)
		}
		if dead {
			w.WriteHeader(http.StatusUnauthorized)
		}
		return dead
	}
	cfg := f.config()
	cfg.Sleep = keeperAfter(asked)
	result, err := Run(t.Context(), cfg)
	if !errors.Is(err, ErrUnsure) || result.Error != said(ErrUnsure) {
		t.Errorf("Run() = %+v, %v; want ErrUnsure", result, err)
	}
}

// keeperAfter is nap, with a keeper that looks again once asked is closed, and a
// retry that waits until the keeper has ended the work.
func keeperAfter(asked <-chan struct{}) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		if d != checkEvery {
			<-ctx.Done()
			return ctx.Err()
		}
		select {
		case <-asked:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// deadlines notes how long each call that sets a build's state may take.
type deadlines map[string]time.Duration

func (d deadlines) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch {
		end, _ := r.Context().Deadline()
		d[r.URL.Path] = time.Until(end)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// The server takes the key for half a minute after the end, which must be enough
// for more than one attempt.
func TestTheEndOfABuildIsAskedForSoon(t *testing.T) {
	t.Parallel()
	f := newFake(t, newRepo(t, nil))
	cfg, seen := f.config(), deadlines{}
	cfg.HTTPClient = &http.Client{Transport: seen}
	if result, err := Run(t.Context(), cfg); err != nil || !result.Success {
		t.Fatalf("Run() = %+v, %v", result, err)
	}
	if end, others := seen["/api/v2/build/7/"], seen["/api/v2/version/11/"]; end > 10*time.Second || others < 20*time.Second {
		t.Errorf("the end of the build may take %v, the version's result %v", end, others)
	}
}
