package worker

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// States of a build that the worker sets, and those that are final.
const (
	stateCloning    = "cloning"
	stateInstalling = "installing"
	stateBuilding   = "building"
	stateUploading  = "uploading"
	stateFinished   = "finished"
	stateCancelled  = "cancelled"
)

// build is what the worker needs of a build.
type build struct {
	ID      int64  `json:"id"`
	Project int64  `json:"project"`
	Version int64  `json:"version"`
	State   string `json:"state"`
	Success *bool  `json:"success"`
	Commit  string `json:"commit"`
}

// final tells whether a state is the last of a build.
func final(state any) bool { return state == stateFinished || state == stateCancelled }

// has tells whether the build is in the state, and of the success, that set gives it.
func (b build) has(set fields) bool {
	return b.State == set["state"] && (set["success"] == nil || b.Success != nil && *b.Success == set["success"])
}

type version struct {
	ID         int64  `json:"id"`
	Slug       string `json:"slug"`
	Identifier string `json:"identifier"`
	Type       string `json:"type"`
}

type project struct {
	ID        int64               `json:"id"`
	Slug      string              `json:"slug"`
	Repo      string              `json:"repo"`
	Variables map[string]variable `json:"environment_variables"`
}

type variable struct {
	Value string `json:"value"`
}

type slots struct {
	LimitReached bool  `json:"limit_reached"`
	Concurrent   int64 `json:"concurrent"`
	Max          int64 `json:"max_concurrent"`
}

type life struct {
	ExpiresAt time.Time `json:"expires_at"`
}

// fields is the body of a PATCH or POST.
type fields map[string]any

func get[T any](ctx context.Context, c *client, path string) (T, error) {
	var answer T
	err := c.do(ctx, call{method: http.MethodGet, path: path}, &answer)
	return answer, err
}

func buildPath(id string) string { return "/api/v2/build/" + id + "/" }

func (c *client) build(ctx context.Context, id string) (build, error) {
	return get[build](ctx, c, buildPath(id))
}

func (c *client) version(ctx context.Context, id int64) (version, error) {
	return get[version](ctx, c, fmt.Sprintf("/api/v2/version/%d/", id))
}

func (c *client) project(ctx context.Context, id int64) (project, error) {
	return get[project](ctx, c, fmt.Sprintf("/api/v2/project/%d/", id))
}

func (c *client) slots(ctx context.Context, slug string) (slots, error) {
	return get[slots](ctx, c, "/api/v2/build/concurrent/?project__slug="+url.QueryEscape(slug))
}

func (c *client) whoami(ctx context.Context) (life, error) {
	return get[life](ctx, c, "/api/v2/whoami/")
}

func (c *client) patch(ctx context.Context, path string, set fields) error {
	return c.do(ctx, call{method: http.MethodPatch, path: path, body: set}, nil)
}

// patchBuild gives up an attempt that ends the build sooner than others.
func (c *client) patchBuild(ctx context.Context, id string, set fields) error {
	patch := call{method: http.MethodPatch, path: buildPath(id), body: set}
	if final(set["state"]) {
		patch.timeout = endTimeout
	}
	return c.do(ctx, patch, nil)
}

func (c *client) patchVersion(ctx context.Context, id int64, set fields) error {
	return c.patch(ctx, fmt.Sprintf("/api/v2/version/%d/", id), set)
}

func (c *client) reset(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodPost, path: buildPath(id) + "reset/"}, nil)
}

// postCommand returns the command's id. The same idempotency key again is the
// same command.
func (c *client) postCommand(ctx context.Context, build int64, line, idempotency string) (int64, error) {
	var made struct{ ID int64 }
	err := c.do(ctx, call{method: http.MethodPost, path: "/api/v2/command/", idempotency: idempotency,
		body: fields{"build": build, "command": line}}, &made)
	return made.ID, err
}

func (c *client) patchCommand(ctx context.Context, id int64, set fields) error {
	return c.patch(ctx, fmt.Sprintf("/api/v2/command/%d/", id), set)
}

// notify tells people something about the build; the same message again updates it.
func (c *client) notify(ctx context.Context, build int64, f *failure) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/api/v2/notifications/", body: fields{
		"attached_to": fmt.Sprintf("build/%d", build), "message_id": f.message,
		"dismissable": false, "format_values": f.values}}, nil)
}

func (c *client) renew(ctx context.Context) (life, error) {
	var answer life
	err := c.do(ctx, call{method: http.MethodPost, path: "/api/v2/keys/renew/"}, &answer)
	return answer, err
}

func (c *client) revoke(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/api/v2/revoke/"}, nil)
}

// unwrap opens the handle, which is done once whatever comes of it.
func (c *client) unwrap(ctx context.Context, handle Credential) (Credential, error) {
	var answer struct{ Key string }
	err := c.do(ctx, call{method: http.MethodPost, path: "/api/v2/keys/unwrap/", anonymous: true, once: true,
		body: fields{"handle": handle.reveal()}}, &answer)
	return KeyCredential(answer.Key), err
}
