package measure

import "sync"

// failure keeps the first error of several goroutines. testing.Benchmark itself
// tells nobody why a benchmark failed.
type failure struct {
	mu    sync.Mutex
	first error
}

func (f *failure) keep(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		f.first = err
	}
}

func (f *failure) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}
