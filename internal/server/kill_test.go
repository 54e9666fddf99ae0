package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/buildkey/buildkey/apikey"
)

// childVariable makes a child process of the test binary a server on the
// database that it names.
const childVariable = "BUILDKEY_SERVER_TEST_CHILD"

func TestMain(m *testing.M) {
	if databaseURL := os.Getenv(childVariable); databaseURL != "" {
		beServer(databaseURL)
		return
	}
	os.Exit(m.Run())
}

func beServer(databaseURL string) {
	cfg := quiet(databaseURL)
	cfg.AdminToken, cfg.Out = apikey.NewSecret(adminToken), os.Stdout
	s, err := Open(context.Background(), cfg)
	if err == nil {
		err = s.Serve(context.Background())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// child is a server in a process of its own.
type child struct {
	t       *testing.T
	url     string
	process *exec.Cmd
}

func startChild(t *testing.T, databaseURL string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), childVariable+"="+databaseURL)
	c.Stderr = os.Stderr
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return &child{t, strings.TrimSpace(strings.TrimPrefix(line, "listening on ")), c}
}

// kill is kill -9.
func (c *child) kill() {
	c.t.Helper()
	if err := c.process.Process.Kill(); err != nil {
		c.t.Error(err)
	}
	_ = c.process.Wait()
}

// ask is the status and body of an answer, and an error where there is none.
func (c *child) ask(authorization, method, path, body string) (int, map[string]any, error) {
	r, err := http.NewRequest(method, c.url+"/api/v2/"+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", authorization)
	got, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, nil, err
	}
	defer got.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(got.Body); err != nil {
		return 0, nil, err
	}
	var o map[string]any
	_ = json.Unmarshal(text.Bytes(), &o)
	return got.StatusCode, o, nil
}

// writeUntilKilled posts commands from several sides, and sends the id of each one
// that was acknowledged.
func (c *child) writeUntilKilled(key string) <-chan float64 {
	var all sync.WaitGroup
	acknowledged := make(chan float64, 100_000)
	body := `{"command": "make", "output": "` + strings.Repeat("x", 2000) + `"}`
	for range 4 {
		all.Go(func() {
			for {
				code, row, err := c.ask(key, "POST", "command/", body)
				if err != nil {
					return // killed
				}
				if code != 201 {
					c.t.Errorf("%d: %v", code, row)
					return
				}
				acknowledged <- row["id"].(float64)
			}
		})
	}
	go func() {
		all.Wait()
		close(acknowledged)
	}()
	return acknowledged
}

// TestKilledServerForgetsNothing kills a server in the middle of a build's
// writes, and looks for each one that was acknowledged.
func TestKilledServerForgetsNothing(t *testing.T) {
	t.Parallel()
	databaseURL := fileURL(t)
	first := startChild(t, databaseURL)
	_, made, err := first.ask("Bearer "+adminToken, "POST", "build/", `{"project": 1, "version": 1}`)
	if err != nil {
		t.Fatal(err)
	}
	key := "Token " + made["key"].(string)
	acknowledged := first.writeUntilKilled(key)
	var ids []float64
	for id := range acknowledged {
		if ids = append(ids, id); len(ids) == 60 {
			first.kill()
		}
	}
	second := startChild(t, databaseURL) // nobody unlocked the file
	defer second.kill()
	for _, id := range ids {
		if code, _, err := second.ask(key, "GET", fmt.Sprintf("command/%d/", int(id)), ""); code != 200 {
			t.Errorf("command %v of %d acknowledged ones: %d, %v", id, len(ids), code, err)
		}
	}
	if len(ids) < 60 {
		t.Errorf("only %d commands were acknowledged", len(ids))
	}
	if code, row, err := second.ask(key, "PATCH", "build/1/", `{"state": "building"}`); code != 200 {
		t.Errorf("the build goes on with %d: %v, %v", code, row, err)
	}
}
