using System.Security.Claims;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Finds the tenant of a fact: the one of the claims or, if the application has a resolver, the one that it returns when the
/// scope commits. The resolver is not called here, within the application's own work.
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
        T fact, TenantResolutionMoment moment, TrackingScope scope, ClaimsPrincipal? principal, string? userId = null, string? rowTenantId = null)
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
    public TenantQuestion? QuestionOf(TenantResolutionMoment moment, TrackingScope scope, ClaimsPrincipal? principal, string? userId = null) =>
        !HasResolver || resolution.IsWithin ? null : scope.QuestionOf(moment, principal, userId, Describe);

    /// <summary>Returns the tenant of the claims. A created user does not inherit the creator's tenant: the membership decides.</summary>
    public string? ByClaims(TenantResolutionMoment moment, ClaimsPrincipal? principal) => ByClaims(moment, principal, out _);

    /// <summary>Returns the answer to a question about an event that requires it.</summary>
    public ValueTask<string?> AnswerAsync(TenantQuestion question, CancellationToken cancellationToken) => resolution.AnswerAsync(question, cancellationToken);

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
