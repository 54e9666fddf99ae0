// Command probe asks whether the vulnerability database that govulncheck reads can be
// reached: GOVULNDB, by default the Go project's own. It prints nothing when it can, and
// otherwise why not.
package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	database := cmp.Or(os.Getenv("GOVULNDB"), "https://vuln.go.dev")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := reach(ctx, database); err != nil {
		fmt.Println(err)
	}
}

// reach asks for the index; a database that is a folder (file://) needs no asking.
func reach(ctx context.Context, database string) error {
	if strings.HasPrefix(database, "file:") {
		return nil
	}
	index := strings.TrimSuffix(database, "/") + "/index/db.json"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, index, nil)
	if err != nil {
		return fmt.Errorf("probe: GOVULNDB=%q is no URL: %w", database, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("probe: %s answers %s", index, response.Status)
	}
	return nil
}
