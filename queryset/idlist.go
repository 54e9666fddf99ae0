package queryset

import (
	"encoding/json"

	"github.com/buildkey/buildkey/internal/dialect"
	"github.com/lib/pq"
)

// listOf is a list of ids as one argument: an array on PostgreSQL, JSON on
// SQLite. Text with every byte that the ids' check lets through comes out as it
// went in.
func listOf(d dialect.Dialect, k kind, ids []any) any {
	if d == dialect.SQLite {
		return jsonList(ids)
	}
	if k == kindUUID || k == kindText {
		return pq.StringArray(typed[string](ids))
	}
	return pq.Int64Array(typed[int64](ids))
}

func typed[T any](ids []any) []T {
	out := make([]T, 0, len(ids))
	for _, id := range ids {
		if v, ok := id.(T); ok {
			out = append(out, v)
		}
	}
	return out
}

func jsonList(ids []any) string {
	if ids == nil {
		return "[]"
	}
	text, err := json.Marshal(ids)
	if err != nil { // strings and integers always are JSON
		return "[]"
	}
	return string(text)
}
