using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

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
