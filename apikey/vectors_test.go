package apikey_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// vectors decodes a file of testdata/vectors.
func vectors[T any](t *testing.T, name string) T {
	t.Helper()
	var v T
	data, err := os.ReadFile(filepath.Join("..", "testdata", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}
