package opcua

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gopcua/opcua"
	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uasc"
)

// link is one secure channel to the server, and what the server says of itself.
type link struct {
	client       *opcua.Client
	introduction *uasc.SessionConfig // for a new session

	table   []string  // namespaces: index → URI
	space   uint16    // index of the namespace of the tags
	started time.Time // when the server started; zero if it does not say

	perRead, perBrowse, perCreate int // how many nodes the server takes in one request
}

// dial resolves the endpoint and opens a secure channel to it.
func (c *Client) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	offers, err := opcua.GetEndpoints(ctx, c.cfg.Endpoint, opcua.DialTimeout(dialTime))
	if err != nil {
		return nil, fmt.Errorf("asking for endpoints: %w", err)
	}
	mode := ua.MessageSecurityModeNone
	if c.cfg.Security == Basic256Sha256 {
		mode = ua.MessageSecurityModeSignAndEncrypt
	}
	offer, err := opcua.SelectEndpoint(offers, c.cfg.Security, mode)
	if err != nil {
		return nil, fmt.Errorf("the server does not offer security %s", c.cfg.Security)
	}
	options := []opcua.Option{
		opcua.AutoReconnect(false), opcua.DialTimeout(dialTime), opcua.Lifetime(c.channelTime), opcua.SecurityFromEndpoint(offer, ua.UserTokenTypeAnonymous),
		opcua.RequestTimeout(30 * time.Second), // publish requests wait at the server; ctx bounds the others
	}
	if c.cfg.Security == Basic256Sha256 {
		if err := pinned(offer.ServerCertificate, c.cfg.Thumbprint); err != nil {
			return nil, err
		}
		options = append(options, opcua.Certificate(c.pair.certificate), opcua.PrivateKey(c.pair.key))
	}
	session, err := c.introduce(offer)
	if err != nil {
		return nil, err
	}
	client, err := opcua.NewClient(c.cfg.Endpoint, options...) // not offer.EndpointURL: that is a name inside the plant
	if err != nil {
		return nil, err
	}
	if err := client.Dial(ctx); err != nil {
		return nil, fmt.Errorf("opening a secure channel: %w", err)
	}
	return &link{client: client, introduction: session}, nil
}

// introduce says who we are, in the form that the endpoint wants.
func (c *Client) introduce(offer *ua.EndpointDescription) (*uasc.SessionConfig, error) {
	s := opcua.DefaultSessionConfig()
	s.SessionName, s.SessionTimeout = "reetwin", c.sessionTime
	s.ClientDescription = &ua.ApplicationDescription{
		ApplicationURI: c.pair.uri, ProductURI: "urn:reetwin", ApplicationName: ua.NewLocalizedText("reetwin"),
		ApplicationType: ua.ApplicationTypeClient,
	}
	kind := ua.UserTokenTypeAnonymous
	if c.cfg.User != "" {
		kind = ua.UserTokenTypeUserName
	}
	for _, policy := range offer.UserIdentityTokens {
		switch {
		case policy.TokenType != kind:
			continue
		case kind == ua.UserTokenTypeAnonymous:
			s.UserIdentityToken = &ua.AnonymousIdentityToken{PolicyID: policy.PolicyID}
		default:
			s.UserIdentityToken = &ua.UserNameIdentityToken{PolicyID: policy.PolicyID, UserName: c.cfg.User}
			s.AuthPolicyURI, s.AuthPassword = policy.SecurityPolicyURI, c.cfg.Password
		}
		return s, nil
	}
	if kind == ua.UserTokenTypeAnonymous {
		return nil, fmt.Errorf("the server takes no one without a user name: %w", ua.StatusBadIdentityTokenInvalid)
	}
	return nil, fmt.Errorf("the server takes no user names with security %s: %w", c.cfg.Security, ua.StatusBadIdentityTokenInvalid)
}

// newSession makes and activates a session. gopcua only logs it when the server's signature is wrong.
func (l *link) newSession(ctx context.Context) error {
	s, err := l.client.CreateSession(ctx, l.introduction)
	if err == nil && s == nil {
		err = errors.New("the server's signature is wrong")
	}
	if err != nil {
		return fmt.Errorf("creating a session: %w", err)
	}
	if err = l.client.ActivateSession(ctx, s); err == nil && l.client.Session() != s {
		err = errors.New("the client's signature failed")
	}
	if err != nil {
		return fmt.Errorf("activating a new session: %w", err)
	}
	return nil
}

// leave closes the channel and leaves the session, with its subscription, to the server.
func (l *link) leave() {
	_, _ = l.client.DetachSession(context.Background())
	l.close()
}

// close closes the session too, with its subscriptions, if there is one. It waits half a second: the peer may be dead.
func (l *link) close() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer cancel()
		_ = l.client.Close(ctx)
	}()
	select {
	case <-done:
	case <-time.After(700 * time.Millisecond):
	}
}

// survey reads the namespaces, the start of the server and its limits.
func (l *link) survey(ctx context.Context, namespace string) error {
	l.perRead = 5
	values, err := l.read(ctx, ua.AttributeIDValue, []*ua.NodeID{
		ua.NewNumericNodeID(0, id.Server_NamespaceArray),
		ua.NewNumericNodeID(0, id.Server_ServerStatus_StartTime),
		ua.NewNumericNodeID(0, id.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead),
		ua.NewNumericNodeID(0, id.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse),
		ua.NewNumericNodeID(0, id.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall),
	})
	if err != nil {
		return fmt.Errorf("reading the namespaces: %w", err)
	}
	l.table, _ = scalar(values[0]).([]string)
	space := slices.Index(l.table, namespace)
	if space < 0 {
		return fmt.Errorf("the server has no namespace %q; it has %q", namespace, l.table)
	}
	l.space = uint16(space)
	l.started, _ = scalar(values[1]).(time.Time)
	for i, limit := range []*int{&l.perRead, &l.perBrowse, &l.perCreate} {
		*limit = 500
		if n, ok := scalar(values[2+i]).(uint32); ok && n > 0 {
			*limit = int(min(n, 10_000))
		}
	}
	return nil
}

// read reads an attribute of nodes, in as many requests as the server wants.
func (l *link) read(ctx context.Context, attribute ua.AttributeID, nodes []*ua.NodeID) ([]*ua.DataValue, error) {
	var values []*ua.DataValue
	for some := range slices.Chunk(nodes, l.perRead) {
		request := &ua.ReadRequest{TimestampsToReturn: ua.TimestampsToReturnBoth}
		for _, n := range some {
			request.NodesToRead = append(request.NodesToRead, &ua.ReadValueID{NodeID: n, AttributeID: attribute, DataEncoding: &ua.QualifiedName{}})
		}
		r, err := ask[*ua.ReadResponse](ctx, l, request)
		if err != nil {
			return nil, err
		}
		if len(r.Results) != len(some) {
			return nil, fmt.Errorf("the server answered %d of %d", len(r.Results), len(some))
		}
		values = append(values, r.Results...)
	}
	return values, nil
}

// transfer takes over a subscription of an old session.
func (l *link) transfer(ctx context.Context, subscription uint32) error {
	r, err := ask[*ua.TransferSubscriptionsResponse](ctx, l, &ua.TransferSubscriptionsRequest{
		SubscriptionIDs: []uint32{subscription}, SendInitialValues: true,
	})
	if err != nil {
		return err
	}
	if len(r.Results) != 1 {
		return ua.StatusBadUnexpectedError
	}
	if s := r.Results[0].StatusCode; quality(s) != 0 {
		return s
	}
	return nil
}

// scalar is what the server gave for a node, nil if nothing good.
func scalar(v *ua.DataValue) any {
	if quality(v.Status) != 0 || v.Value == nil {
		return nil
	}
	return v.Value.Value()
}

// ask sends a request and waits for its answer, for stepTime at most, publish requests apart.
func ask[R ua.Response](ctx context.Context, l *link, request ua.Request) (answer R, err error) {
	if _, waits := request.(*ua.PublishRequest); !waits {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, stepTime)
		defer cancel()
	}
	err = l.client.Send(ctx, request, func(r ua.Response) error {
		var ok bool
		if answer, ok = r.(R); !ok {
			return fmt.Errorf("the server answered %T to %T", r, request)
		}
		return nil
	})
	return answer, err
}

// refused says whether an error is an answer of the server, rather than of the way to it.
func refused(err error) bool {
	var status ua.StatusCode
	return errors.As(err, &status) && !slices.Contains([]ua.StatusCode{ua.StatusBadTimeout, ua.StatusBadServerNotConnected,
		ua.StatusBadSecureChannelClosed, ua.StatusBadSecureChannelIDInvalid, ua.StatusBadConnectionClosed, ua.StatusBadServerHalted,
		ua.StatusBadShutdown, ua.StatusBadTooManyOperations, ua.StatusBadOutOfMemory, ua.StatusBadResourceUnavailable}, status)
}
