namespace Intilery.AspNetCore;

/// <summary>
/// The configuration section <c>Intilery</c>. It is validated when the application starts: every error at once, with its key.
/// </summary>
public sealed class IntileryOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "Intilery";

    // Of options that are in use: those are never changed, a reload makes others.
    private string? _destination;

    /// <summary>Gets or sets a value indicating whether anything is captured at all. Default: <see langword="true"/>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether events are captured and shown in the log, but neither stored nor delivered.
    /// Default: <see langword="false"/>. Without an account this is how Development runs. Trials are remembered in memory until the
    /// process ends, 10,000 of them, so that each starts and ends once and in time.
    /// </summary>
    public bool CaptureOnly { get; set; }

    /// <summary>
    /// Gets or sets the client: the first label of the host you log in at, in lower case (<c>clientId.intilery.com</c>). Required
    /// for delivery; no default.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the account, in lower case. Default: <see cref="ClientId"/>, as for clients with one account.</summary>
    public string? AccountId { get; set; }

    /// <summary>Gets or sets the brand, in upper case. Default: the account in upper case.</summary>
    public string? BrandId { get; set; }

    /// <summary>
    /// Gets or sets the shared secret of the account or brand, sent as the header <c>auth-token</c>. Required for delivery; keep
    /// it in a secret store. It is never logged or shown.
    /// </summary>
    public string? AuthToken { get; set; }

    /// <summary>
    /// Gets or sets where the tracking API is. Default: <c>https://tracking.intilery.com</c>. Must be <c>https</c>, or loopback.
    /// </summary>
    public Uri BaseAddress { get; set; } = new("https://tracking.intilery.com");

    /// <summary>
    /// Gets or sets the claim type that holds the user's database key. Default: <see langword="null"/>, which is Identity's own
    /// (<c>IdentityOptions.ClaimsIdentity.UserIdClaimType</c>), then <c>sub</c>.
    /// </summary>
    public string? UserIdClaimType { get; set; }

    /// <summary>
    /// Gets the authentication schemes whose sign-ins and sign-outs are events. Default: empty, which is Identity's application
    /// cookie, bearer tokens, and the cookies by which requests are authenticated: that of the default scheme, and those that an
    /// endpoint, an authorization policy or a forwarding scheme names.
    /// </summary>
    public IList<string> TrackedSchemes { get; } = [];

    /// <summary>
    /// Gets the authentication types, which are usually named as the schemes are, whose principals are machines: their events have no user,
    /// and users whom they create are invited. Default: empty, which is every type whose name contains <c>ApiKey</c>, in any spelling.
    /// Configured types replace these. Principals of OAuth's client credentials are machines in any case, and those that Identity has
    /// made of a user never are.
    /// </summary>
    public IList<string> MachineSchemes { get; } = [];

    /// <summary>
    /// Gets or sets a value indicating whether identify calls are sent: before Signed Up, with Signed In, and when a profile
    /// changed. One that repeats unchanged traits within a day is not sent. Default: <see langword="true"/>.
    /// </summary>
    public bool Identify { get; set; } = true;

    /// <summary>Gets how the tenant is found.</summary>
    public IntileryTenantOptions Tenant { get; } = new();

    /// <summary>Gets when a new user has signed up.</summary>
    public IntilerySignUpOptions SignUp { get; } = new();

    /// <summary>Gets what counts as a sign-out.</summary>
    public IntilerySignOutOptions SignOut { get; } = new();

    /// <summary>Gets how much one request may make.</summary>
    public IntileryCaptureOptions Capture { get; } = new();

    /// <summary>Gets where events wait.</summary>
    public IntileryOutboxOptions Outbox { get; } = new();

    /// <summary>Gets how events are delivered.</summary>
    public IntileryDeliveryOptions Delivery { get; } = new();

    /// <summary>Gets whose events are left out.</summary>
    public IntileryExcludeOptions Exclude { get; } = new();

    /// <summary>Gets how a principal shows that another person acts in its user's name.</summary>
    public IntileryImpersonationOptions Impersonation { get; } = new();

    /// <summary>Gets what is sent about people and their browsers.</summary>
    public IntileryPrivacyOptions Privacy { get; } = new();

    /// <summary>Gets how browsers are notified of sign-outs and sign-ins.</summary>
    public IntileryBrowserOptions Browser { get; } = new();

    internal bool HasNoAccount => ClientId is null && AccountId is null && BrandId is null && AuthToken is null;

    /// <summary>Gets the API's address for this account, without the action (API guide, "Endpoint").</summary>
    internal string Destination => _destination ??=
        $"{BaseAddress.ToString().TrimEnd('/')}/track/{ClientId}/{AccountId ?? ClientId}/{BrandId ?? (AccountId ?? ClientId)?.ToUpperInvariant()}";

    /// <summary>Gets values that are in the configuration but could not be read, for the validator.</summary>
    internal List<string> UnreadableValues { get; } = [];

    /// <summary>Gets keys that are in the section but mean nothing, for the start-up report: one may be a typing error.</summary>
    internal List<string> UnknownKeys { get; } = [];

    /// <summary>Whether these options ask for the same way of running, which only a restart changes.</summary>
    internal bool RunsLike(IntileryOptions other) =>
        (Enabled, CaptureOnly, HasNoAccount) == (other.Enabled, other.CaptureOnly, other.HasNoAccount);
}

/// <summary>The section <c>Intilery:Tenant</c>: how the tenant, sent as <c>context.groupId</c>, is found.</summary>
public sealed class IntileryTenantOptions
{
    private static readonly string[] _defaults = ["tenant_id", "org_id", "organization_id"];

    /// <summary>
    /// Gets or sets the one claim type that holds the tenant's id. Default: <see langword="null"/>. Set, it is used instead of
    /// <see cref="ClaimTypes"/>.
    /// </summary>
    public string? ClaimType { get; set; }

    /// <summary>
    /// Gets the claim types that may hold the tenant's id; the first that a principal has counts. Default: empty, which is
    /// <c>tenant_id</c>, <c>org_id</c>, <c>organization_id</c>. Configured types replace these. As everywhere in .NET
    /// configuration, arrays of two files are merged by index; <see cref="ClaimType"/> is not.
    /// </summary>
    public IList<string> ClaimTypes { get; } = [];

    /// <summary>
    /// Gets or sets the claim type that holds the user's role in the tenant, sent as <c>role</c> of Account Added User where the
    /// membership itself names none. Default: <see langword="null"/>, which is none: Identity's own roles are of the whole
    /// application, and are not guessed from.
    /// </summary>
    public string? RoleClaimType { get; set; }

    internal IList<string> EffectiveClaimTypes =>
        ClaimType is { } one ? [one] : ClaimTypes.Count > 0 ? ClaimTypes : _defaults;
}

/// <summary>The section <c>Intilery:SignUp</c>.</summary>
public sealed class IntilerySignUpOptions
{
    /// <summary>
    /// Gets or sets when a new user has signed up. Default: <see cref="SignUpMoment.Created"/>. With
    /// <see cref="SignUpMoment.EmailConfirmed"/> a user who never confirms never signs up, and Signed Up belongs to the request that
    /// confirms: <c>type</c>, browser and time are of that one.
    /// </summary>
    public SignUpMoment When { get; set; }
}

/// <summary>When a new user has signed up.</summary>
public enum SignUpMoment
{
    /// <summary>When the user's row is committed.</summary>
    Created,

    /// <summary>
    /// When the user's e-mail address is confirmed for the first time; at once for a user who is created with a confirmed one.
    /// </summary>
    EmailConfirmed,
}

/// <summary>The section <c>Intilery:SignOut</c>.</summary>
public sealed class IntilerySignOutOptions
{
    /// <summary>
    /// Gets or sets a value indicating whether a session that was rejected by its security stamp is a Signed Out. Default:
    /// <see langword="false"/>, because its user did nothing.
    /// </summary>
    public bool WhenRevoked { get; set; }
}

/// <summary>The section <c>Intilery:Capture</c>: what one request may cost.</summary>
public sealed class IntileryCaptureOptions
{
    /// <summary>
    /// Gets or sets how many events the attributes and functions of one endpoint make at most of one request: a path through a collection
    /// makes one of each element that the client has posted. What comes over that is dropped, counted as <c>too-many</c> and logged.
    /// Changes that are saved, and events that code tracks, are not limited. Default: 1,000; from 1 to 1,000,000.
    /// </summary>
    public int MaxEventsPerRequest { get; set; } = 1000;
}

/// <summary>
/// The section <c>Intilery:Exclude</c>: people who are not customers, such as staff and monitors. Events about them are not sent,
/// with the reason <c>excluded</c>; events about others whom they create or change are sent.
/// </summary>
public sealed class IntileryExcludeOptions
{
    /// <summary>
    /// Gets the domains of e-mail addresses, without <c>@</c>, in any case; subdomains are domains of their own. The address is the
    /// user row's or the principal's. Default: none.
    /// </summary>
    public IList<string> EmailDomains { get; } = [];

    /// <summary>Gets the database keys of users. Default: none.</summary>
    public IList<string> UserIds { get; } = [];

    /// <summary>
    /// Gets the roles, as <c>ClaimsPrincipal.IsInRole</c> knows them: of the principal that signs in or out or that does the work, and
    /// those that a user is given in the request, as by an administrator who creates the user. Roles that are only in the database are not
    /// looked up. Default: none.
    /// </summary>
    public IList<string> Roles { get; } = [];

    internal bool HasDomainOf(string? email) =>
        EmailDomains.Count > 0
        && email is not null
        && email.LastIndexOf('@') is >= 0 and var at
        && EmailDomains.Contains(email[(at + 1)..].Trim(), StringComparer.OrdinalIgnoreCase);
}

/// <summary>
/// The section <c>Intilery:Impersonation</c>: how a principal shows that another person acts in its user's name. Such a session
/// sends no events in the user's name or about the user's memberships, with the reason <c>impersonated</c>; a profile that it saves is
/// identified without the browser. Events about other users whom it creates or changes are sent.
/// </summary>
public sealed class IntileryImpersonationOptions
{
    // RFC 8693, section 4.1, and the same as a claim of its own, as issuers of flat tokens write it.
    private static readonly string[] _defaults = ["act", "act_sub"];

    /// <summary>
    /// Gets the claim types of which one is enough. Default: empty, which is <c>act</c> (RFC 8693, section 4.1) and
    /// <c>act_sub</c>. Configured types replace these. The sign-in that ends such a session, as the user whom it names, is not sent either.
    /// </summary>
    public IList<string> ClaimTypes { get; } = [];

    internal IList<string> EffectiveClaimTypes => ClaimTypes.Count > 0 ? ClaimTypes : _defaults;
}
