namespace Intilery.AspNetCore.Compose;

/// <summary>Finds the account that a user is in, where the application has no resolver and the claims name none.</summary>
internal interface IAccountLookup
{
    /// <summary>Gets a value indicating whether it can find accounts in this application.</summary>
    bool CanFind { get; }

    /// <summary>
    /// Gets a value indicating whether the application transforms principals, which may add an account that comes before all others.
    /// </summary>
    bool Transforms { get; }

    /// <summary>Returns the account, or <see langword="null"/> if there is none or several.</summary>
    /// <param name="context">What is asked.</param>
    /// <param name="services">Services of a scope of its own.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    ValueTask<string?> FindAsync(TenantResolutionContext context, IServiceProvider services, CancellationToken cancellationToken);
}
