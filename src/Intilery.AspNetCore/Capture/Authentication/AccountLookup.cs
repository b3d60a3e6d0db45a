using System.Security.Claims;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Finds the account of a session whose principal names none: in the claims that the application's <see cref="IClaimsTransformation"/> adds
/// to every authenticated request, and so to no principal that signs in; else in the user's tenant column; else in the one mapped
/// membership that the user has.
/// </summary>
internal sealed class AccountLookup(
    IEnumerable<ServiceDescriptor> registrations, PrincipalReader principals, UserAccounts accounts, TenantHint hint)
    : IAccountLookup
{
    public bool CanFind => Transforms || accounts.CanFind;

    public bool Transforms { get; } =
        registrations.LastOrDefault(service => service.ServiceType == typeof(IClaimsTransformation) && !service.IsKeyedService) is { } last
        && last.ImplementationType != typeof(NoopClaimsTransformation);

    public async ValueTask<string?> FindAsync(
        TenantResolutionContext context, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (context is { Moment: TenantResolutionMoment.SignIn, Principal: { } signedIn } && Transforms
            && await TransformedAsync(signedIn, services).ConfigureAwait(false) is { } transformed)
        {
            return transformed;
        }

        var account = context.UserId is { } userId ? await accounts.FindAsync(userId, cancellationToken).ConfigureAwait(false) : null;
        if (account is null && context is { Moment: TenantResolutionMoment.SignIn, Principal: { } principal })
        {
            hint.Report(principal);
        }

        return account;
    }

    // Of a copy: a transformation may change the principal that it gets.
    private async Task<string?> TransformedAsync(ClaimsPrincipal principal, IServiceProvider services) =>
        services.GetService<IClaimsTransformation>() is { } transformation
            ? principals.TenantOf(await transformation.TransformAsync(principal.Clone()).ConfigureAwait(false))
            : null;
}
