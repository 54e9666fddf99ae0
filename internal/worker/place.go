package worker

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// place is the folder of one build and the folders in it, all gone at the end.
type place struct {
	root, checkout, output, home, temp string
}

func newPlace(parent, build string) (place, error) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return place{}, fmt.Errorf("worker: no folder for the build: %w", err)
	}
	root, err := os.MkdirTemp(parent, "buildkey-build-"+build+"-")
	if err != nil {
		return place{}, fmt.Errorf("worker: no folder for the build: %w", err)
	}
	p := place{root: root, checkout: filepath.Join(root, "checkout"), output: filepath.Join(root, "output"),
		home: filepath.Join(root, "home"), temp: filepath.Join(root, "tmp")}
	for _, dir := range []string{p.checkout, p.output, p.home, p.temp} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			_ = p.remove()
			return place{}, fmt.Errorf("worker: no folder for the build: %w", err)
		}
	}
	return p, nil
}

// environment gives commands a home and a temporary folder that hold nothing of
// the worker's and go when the build does.
func (p place) environment() environment {
	return environment{"HOME": p.home, "TMPDIR": p.temp}
}

// remove deletes it all, folders that a command made read-only too. Removing the
// zero place does nothing.
func (p place) remove() error {
	if p.root == "" || os.RemoveAll(p.root) == nil {
		return nil
	}
	p.unlock()
	if err := os.RemoveAll(p.root); err != nil {
		return fmt.Errorf("worker: the build's folder is left behind: %w", err)
	}
	return nil
}

// unlock makes every folder writable, following no link out of the place.
func (p place) unlock() {
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return
	}
	defer root.Close()
	_ = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			_ = root.Chmod(path, 0o700)
		}
		return nil
	})
}
