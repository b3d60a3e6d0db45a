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
