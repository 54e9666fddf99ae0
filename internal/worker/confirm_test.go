package worker

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// lossy is a server that loses its answers to the calls that end the build.
type lossy struct {
	calls   int    // how many are lost
	counted bool   // they do their work all the same
	by      any    // the success that someone else ends the build with; nil: nobody
	read    int    // status of every read of the build from then on; 0: the build
	stop    func() // at the first of them; nil: nothing
}

// on makes f lose them.
func (l lossy) on(f *fake) {
	seen := 0
	f.intercept = func(w http.ResponseWriter, r received, _ int) bool {
		switch {
		case seen < l.calls && final(r.body["state"]):
			seen++
			l.lose(f, r)
		case seen > 0 && l.read != 0 && r.String() == "GET /api/v2/build/7/":
			w.WriteHeader(l.read)
			return true
		}
		return false
	}
}

func (l lossy) lose(f *fake, r received) {
	if (l.counted || l.by != nil) && !final(f.build["state"]) {
		f.build["state"], f.build["success"] = r.body["state"], r.body["success"]
		if l.by != nil {
			f.build["success"] = l.by
		}
	}
	if l.stop != nil {
		l.stop()
	}
	panic(http.ErrAbortHandler)
}

// What is said of a build whose end was asked for in vain is what the server says.
func TestRunAsksWhatBecameOfTheEnd(t *testing.T) {
	t.Parallel()
	works, fails := map[string]string(nil), map[string]string{"buildkey.yaml": "commands: ['false']\n"}
	tests := []struct {
		name      string
		files     map[string]string
		lossy     lossy
		interrupt bool
		want      error
		success   bool
		says      string
	}{
		{"interrupted, it counted", works, lossy{calls: 1, counted: true}, true, nil, true, "succeeded after"},
		{"interrupted, it did not count", works, lossy{calls: 1}, true, nil, true, "succeeded after"},
		{"interrupted, the key is dead", works, lossy{calls: 1, counted: true, read: 401}, true, ErrUnsure, false, said(ErrUnsure)},
		{"interrupted, a failed build", fails, lossy{calls: 1}, true, nil, false, "failed after"},
		{"all lost, one counted", works, lossy{calls: maxTries, counted: true}, false, nil, true, "succeeded after"},
		{"all lost, none counted", works, lossy{calls: maxTries}, false, nil, true, "succeeded after"},
		{"all lost, a failed build", fails, lossy{calls: maxTries, counted: true}, false, nil, false, "failed after"},
		{"all lost, the repeat too", works, lossy{calls: 1000}, false, ErrUnsure, false, said(ErrUnsure)},
		{"all lost, no read", works, lossy{calls: maxTries, read: 503}, false, ErrUnsure, false, said(ErrUnsure)},
		{"all lost, ended by someone else", works, lossy{calls: maxTries, by: false}, false, ErrFinal, false, "stopped: "},
		{"lost, then a conflict, then no read", works, lossy{calls: 1, counted: true, read: 401}, false, ErrUnsure, false, said(ErrUnsure)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, newRepo(t, test.files))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			if test.interrupt {
				test.lossy.stop = stop
			}
			test.lossy.on(f)
			cfg := f.config()
			var told strings.Builder
			cfg.Progress = &told
			result, err := Run(ctx, cfg)
			if !errors.Is(err, test.want) || result.Success != test.success || !strings.Contains(told.String(), test.says) {
				t.Errorf("Run() = %+v, %v; want %v, success %v; told:\n%s", result, err, test.want, test.success, told.String())
			}
			checkEnd(t, f, result, err)
		})
	}
}

// checkEnd: only what the server has is claimed, and every call that ended the build
// said the same of it.
func checkEnd(t *testing.T, f *fake, result Result, err error) {
	t.Helper()
	if err == nil && (result.State != f.build["state"] || result.Success != f.build["success"]) {
		t.Errorf("Run() = %+v; the server has %v, success %v", result, f.build["state"], f.build["success"])
	}
	if !result.Revoked {
		t.Error("the key was not revoked")
	}
	ends := map[any]bool{}
	for _, body := range f.find("PATCH /api/v2/build/7/") {
		if final(body["state"]) {
			ends[[2]any{body["state"], body["success"]}] = true
		}
	}
	if len(ends) != 1 {
		t.Errorf("the build was ended as %v", ends)
	}
}
