package queryset

import "github.com/buildkey/buildkey/apikey"

// holder is on whose behalf a Query looks at rows.
type holder struct {
	kind   holderKind
	key    apikey.Key // byKey
	reason string     // byEverything, byUnscoped
}

type holderKind uint8

const (
	byKey holderKind = iota // the zero holder is the zero Key, which reaches nothing
	byEverything
	byUnscoped
	byAnyone
)

// anyone is a caller without a key, who reads public rows.
var anyone = holder{kind: byAnyone}

// trusted tells whether every row and column is open.
func (h *holder) trusted() bool { return h.kind == byEverything || h.kind == byUnscoped }

// String is for Explain: never more of a key than its level and id.
func (h *holder) String() string {
	switch h.kind {
	case byKey:
		return h.key.Level().String() + " key " + h.key.ID.String()
	case byEverything:
		return "everything: " + h.reason
	case byUnscoped:
		return "unscoped: " + h.reason
	}
	return "anyone"
}
