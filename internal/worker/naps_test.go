package worker

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// naps are the waits that were asked for, but for the keeper's.
type naps struct {
	mu  sync.Mutex
	all []string
}

func (n *naps) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.all, " ")
}

func recordNaps(cfg Config) (Config, *naps) {
	n := new(naps)
	cfg.Sleep = func(ctx context.Context, d time.Duration) error {
		if d != checkEvery {
			n.mu.Lock()
			n.all = append(n.all, d.String())
			n.mu.Unlock()
		}
		return nap(ctx, d)
	}
	return cfg, n
}

func merge(into, from map[string]any) {
	for name, value := range from {
		into[name] = value
	}
}

// linkRecipe commits a buildkey.yaml that points out of the checkout.
func linkRecipe(t *testing.T, repo testRepo) {
	t.Helper()
	recipe := filepath.Join(repo.dir, "buildkey.yaml")
	_ = os.Remove(recipe)
	if err := os.Symlink("/etc/hostname", recipe); err != nil {
		t.Fatal(err)
	}
	repo.commit(t, nil)
}
