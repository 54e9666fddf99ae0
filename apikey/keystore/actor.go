package keystore

import (
	"context"
	"strings"

	"github.com/buildkey/buildkey/apikey"
	"github.com/google/uuid"
)

type actorInContext struct{}

// WithActor names who is at work, such as "user:7", for the audit trail. Without
// it a change is the doing of the context's key, "key:<id>", and without that of
// the Spec's CreatedBy.
func WithActor(ctx context.Context, actor string) context.Context {
	return context.WithValue(ctx, actorInContext{}, actor)
}

// actorOf is who is at work in ctx, "" when nothing tells.
func actorOf(ctx context.Context) string {
	if actor, ok := ctx.Value(actorInContext{}).(string); ok {
		return unstorable.Replace(strings.ToValidUTF8(actor, "\uFFFD"))
	}
	if k, ok := apikey.FromContext(ctx); ok {
		return keyActor(k.ID)
	}
	return ""
}

// keyActor is the actor that a key is.
func keyActor(id uuid.UUID) string { return "key:" + id.String() }

// unstorable replaces what PostgreSQL does not take, and what ends a part of a record.
var unstorable = strings.NewReplacer("\x00", "\uFFFD", partEnd, "\uFFFD")
