using System.Security.Claims;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Finds the tenant of a fact: the one of the claims or, if the application has a resolver, the one that it returns when the
/// scope commits. The resolver is not called here, within the application's own work. Which tenant counts, of those that a scope
/// knows, <see cref="ScopeIdentities.GroupOf"/> decides.
/// </summary>
internal sealed class TenantReader(PrincipalReader principals, TenantResolution resolution, TenantHint hint)
{
    public bool HasResolver => resolution.HasResolver;

    /// <summary>
    /// Returns a fact in the tenant of the principal, or with a question whose answer it waits for: to the application's resolver or,
    /// without one, to the mapped memberships of a person who signs in or out or sends an invite.
    /// </summary>
    /// <param name="fact">The fact.</param>
    /// <param name="moment">When it happens.</param>
    /// <param name="scope">The scope that it happens in.</param>
    /// <param name="principal">The principal whose tenant it is; <see langword="null"/> if there is none.</param>
    /// <param name="userId">The user, where no principal names it.</param>
    /// <param name="rowTenantId">The tenant that the user's row names, where that is at hand.</param>
    public T Locate<T>(
        T fact,
        TenantResolutionMoment moment,
        TrackingScope scope,
        ClaimsPrincipal? principal,
        string? userId = null,
        string? rowTenantId = null)
        where T : CapturedFact
    {
        if (HasResolver)
        {
            return QuestionOf(moment, scope, principal, userId) is { } question ? (T)fact.Asking(question) : fact;
        }

        if (ByClaims(moment, principal, out var reason) is { } tenant)
        {
            return (T)fact.WithTenant(tenant);
        }

        if (string.IsNullOrEmpty(principals.UserIdOf(principal) ?? userId) || reason is not null
            || !(moment is TenantResolutionMoment.SignIn or TenantResolutionMoment.SignOut || fact is EventTracked { Event: InviteSent { GroupId: null } }))
        {
            return fact;
        }

        if (rowTenantId is not null && !resolution.Accounts.Transforms)
        {
            return (T)fact.WithTenant(rowTenantId);
        }

        if (resolution.Accounts.CanFind && !resolution.IsWithin)
        {
            return (T)fact.Asking(scope.QuestionOf(moment, principal, userId, Describe));
        }

        if (moment == TenantResolutionMoment.SignIn && principal is not null)
        {
            hint.Report(principal);
        }

        return fact;
    }

    /// <summary>
    /// Returns the question to the resolver; <see langword="null"/> without one, and for changes that the resolver itself saves.
    /// </summary>
    public TenantQuestion? QuestionOf(
        TenantResolutionMoment moment, TrackingScope scope, ClaimsPrincipal? principal, string? userId = null) =>
        !HasResolver || resolution.IsWithin ? null : scope.QuestionOf(moment, principal, userId, Describe);

    /// <summary>Returns the tenant of the claims. A created user does not inherit the creator's tenant: the membership decides.</summary>
    public string? ByClaims(TenantResolutionMoment moment, ClaimsPrincipal? principal) => ByClaims(moment, principal, out _);

    /// <summary>Returns the answer to a question about an event that requires it.</summary>
    public ValueTask<string?> AnswerAsync(TenantQuestion question, CancellationToken cancellationToken) =>
        resolution.AnswerAsync(question, cancellationToken);

    private string? ByClaims(TenantResolutionMoment moment, ClaimsPrincipal? principal, out string? reason)
    {
        reason = null;
        return principal is null || moment == TenantResolutionMoment.SignUp ? null : principals.TenantOf(principal, out reason);
    }

    private TenantQuestion Describe(TenantResolutionMoment moment, ClaimsPrincipal? principal, string? userId) => new(
        moment,
        principal,
        principals.UserIdOf(principal) ?? userId,
        principal is null || moment == TenantResolutionMoment.SignUp ? null : principals.ClaimedTenantOf(principal, out _));
}

/// <summary>
/// A question to the application's tenant resolver, asked when a scope commits: one for each principal and moment of the scope,
/// however many events wait for its answer. It stays in this process, and is not stored.
/// </summary>
internal sealed class TenantQuestion(TenantResolutionMoment moment, ClaimsPrincipal? principal, string? userId, string? claimedTenantId)
{
    private readonly Lock _gate = new();
    private Task<string?>? _answer;

    public TenantResolutionMoment Moment => moment;

    public ClaimsPrincipal? Principal => principal;

    public string? UserId => userId;

    public string? ClaimedTenantId => claimedTenantId;

    /// <summary>
    /// Gets the execution context in which the event happened. A multi-tenancy library keeps its current tenant there, and the response
    /// may start after the middleware that set it has returned.
    /// </summary>
    public ExecutionContext? Flow { get; } = ExecutionContext.Capture();

    /// <summary>Gets or sets the copy of the request that the resolver gets; <see langword="null"/> outside of any request.</summary>
    public HttpContext? Request { get; set; }

    /// <summary>Gets a value indicating whether a commit has timed out waiting for the answer.</summary>
    public bool IsOverdue { get; private set; }

    /// <summary>Gets the task of the answer; <see langword="null"/> if the resolver has not been asked yet.</summary>
    public Task<string?>? Answer => Volatile.Read(ref _answer);

    /// <summary>Returns the task of the answer; the first call asks the resolver.</summary>
    public Task<string?> AskAsync(Func<TenantQuestion, CancellationToken, Task<string?>> begin, CancellationToken giveUp)
    {
        lock (_gate)
        {
            return _answer ??= begin(this, giveUp);
        }
    }

    /// <summary>Prevents later commits of the scope from waiting for the answer.</summary>
    public void GiveUp() => IsOverdue = true;
}

/// <summary>
/// Logs, once, that a user signed in whose principal has none of the tenant claims, with the claim types that it has: as a warning if the
/// application has configured the types or has one that looks like a tenant's; else, in Development only, as information. Values are
/// personal data and not logged.
/// </summary>
internal sealed class TenantHint(IHostEnvironment environment, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics)
{
    private static readonly string[] _tenantWords =
        ["tenant", "organization", "organisation", "org_", "orgid", "workspace", "company", "account_id", "accountid"];

    private bool _isReported;

    public void Report(ClaimsPrincipal principal)
    {
        var tenant = options.CurrentValue.Tenant;
        var types = principal.Claims.Select(claim => claim.Type).Distinct(StringComparer.Ordinal).ToList();
        if (types.Exists(tenant.EffectiveClaimTypes.Contains))
        {
            return;
        }

        diagnostics.Activity.ClaimTypesWithoutTenant ??= types;
        var isSuspect = tenant.ClaimType is not null || tenant.ClaimTypes.Count > 0 || types.Exists(LooksLikeTenant);
        var level = isSuspect ? LogLevel.Warning : LogLevel.Information;
        if ((isSuspect || environment.IsDevelopment()) && diagnostics.Log.IsEnabled(level) && !Interlocked.Exchange(ref _isReported, true))
        {
            diagnostics.Log.NoTenantClaim(level, string.Join(", ", tenant.EffectiveClaimTypes), string.Join(", ", types));
        }
    }

    // Only the last segment of a URI: its host name may contain any word.
    private static bool LooksLikeTenant(string type) =>
        type[(type.LastIndexOf('/') + 1)..] is var name
            && Array.Exists(_tenantWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
