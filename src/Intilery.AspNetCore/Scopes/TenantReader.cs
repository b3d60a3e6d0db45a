using System.Security.Claims;
using Intilery.AspNetCore.Compose;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Finds the tenant of what happens: the one that the claims name or, where the application has a resolver, the one that it names when the
/// scope commits. The resolver is not asked here: the application's own work is under way.
/// </summary>
internal sealed class TenantReader(PrincipalReader principals, TenantResolution resolution, TenantHint hint)
{
    public bool HasResolver => resolution.HasResolver;

    /// <summary>Returns a fact in the tenant of the principal, or waiting for the resolver's answer.</summary>
    /// <param name="fact">The fact.</param>
    /// <param name="moment">What happens.</param>
    /// <param name="scope">The scope that it happens in.</param>
    /// <param name="principal">The principal whose tenant it is; <see langword="null"/> if there is none.</param>
    /// <param name="userId">The user, where no principal names it.</param>
    public T Locate<T>(T fact, TenantResolutionMoment moment, TrackingScope scope, ClaimsPrincipal? principal, string? userId = null)
        where T : CapturedFact => (T)(HasResolver
            ? QuestionOf(moment, scope, principal, userId) is { } question ? fact.Asking(question) : fact
            : ByClaims(moment, principal) is { } tenant ? fact.WithTenant(tenant) : fact);

    /// <summary>Returns what the resolver is to answer; <see langword="null"/> without one, and for what the resolver itself does.</summary>
    public TenantQuestion? QuestionOf(TenantResolutionMoment moment, TrackingScope scope, ClaimsPrincipal? principal, string? userId = null) =>
        !HasResolver || resolution.IsWithin ? null : scope.QuestionOf(moment, principal, userId, Describe);

    /// <summary>Returns the tenant that the claims name. That of who creates a user is not that user's; which it is, the membership says.</summary>
    public string? ByClaims(TenantResolutionMoment moment, ClaimsPrincipal? principal)
    {
        if (principal is null || moment == TenantResolutionMoment.SignUp)
        {
            return null;
        }

        var tenant = principals.TenantOf(principal);
        if (tenant is null && moment == TenantResolutionMoment.SignIn)
        {
            hint.Tell(principal);
        }

        return tenant;
    }

    /// <summary>Returns the answer to a question about an event that cannot be made without it.</summary>
    public ValueTask<string?> AnswerAsync(TenantQuestion question, CancellationToken cancellationToken) => resolution.AnswerAsync(question, cancellationToken);

    private TenantQuestion Describe(TenantResolutionMoment moment, ClaimsPrincipal? principal, string? userId) => new(
        moment,
        principal,
        principals.UserIdOf(principal) ?? userId,
        principal is null || moment == TenantResolutionMoment.SignUp ? null : principals.ClaimedTenantOf(principal, out _));
}
