using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Asks the application's tenant resolver when a scope commits: off the caller's thread, with services of its own, one question after
/// another, and for a limited time. A resolver may throw, block or not return.
/// </summary>
internal sealed class TenantResolution(
    IServiceScopeFactory scopes,
    IOptionsMonitor<IntileryOptions> options,
    TimeProvider time,
    LifecycleDiagnostics diagnostics,
    IAccountLookup accounts,
    TenantResolverType? resolver = null)
{
    // Each call that does not return may hold a thread.
    private const int MaxOverdue = 64;

    // It flows with the resolver's code and no further.
    private readonly AsyncLocal<bool> _isWithin = new();
    private int _overdue;

    public bool HasResolver => resolver is not null;

    /// <summary>Gets what finds an account where there is no resolver.</summary>
    public IAccountLookup Accounts => accounts;

    /// <summary>
    /// Gets a value indicating whether the resolver itself is at work here: what it saves or signs in does not ask it again.
    /// </summary>
    public bool IsWithin => _isWithin.Value;

    /// <summary>Returns what happened with the tenants that it waits for; completed if it waits for none.</summary>
    public ValueTask<IReadOnlyList<ScopeFact>> AnswerAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i].Fact.AsksTenant)
            {
                return AnswerAllAsync(facts, cancellationToken);
            }
        }

        return new(facts);
    }

    /// <summary>
    /// Returns the answer to one question; <see langword="null"/> for none, and with a reason if there is no answer in time.
    /// </summary>
    public async ValueTask<string?> AnswerAsync(TenantQuestion question, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.CurrentValue.Outbox.CommitTimeout, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        return await TenantOfAsync(question, giveUp.Token).ConfigureAwait(false);
    }

    // One after another, and all of them within the time of one.
    private async ValueTask<IReadOnlyList<ScopeFact>> AnswerAllAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.CurrentValue.Outbox.CommitTimeout, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var answered = new List<ScopeFact>(facts.Count);
        foreach (var noted in facts)
        {
            answered.Add(noted.Fact.AsksTenant
                ? noted.With(noted.Fact.WithTenant(await TenantOfAsync(noted.Fact.Question, giveUp.Token).ConfigureAwait(false)))
                : noted);
        }

        return answered;
    }

    private async ValueTask<string?> TenantOfAsync(TenantQuestion? question, CancellationToken giveUp)
    {
        if (question is null)
        {
            // The process that knew whom and what to ask has ended.
            diagnostics.WithoutTenant(Reasons.UnresolvedTenant);
            return null;
        }

        try
        {
            var answer = await WaitAsync(question, giveUp).ConfigureAwait(false);
            if (answer is not null)
            {
                EventText.ThrowIfNotId(answer, "The resolved tenant");
            }

            return answer;
        }
        catch (Exception exception)
        {
            // The event is a fact without its tenant, too.
            diagnostics.WithoutTenant(Reasons.UnresolvedTenant);
            diagnostics.Failed("resolving the tenant", exception);
            return null;
        }
    }

    private async Task<string?> WaitAsync(TenantQuestion question, CancellationToken giveUp)
    {
        if (question.Answer is { IsCompleted: true } answer)
        {
            return await answer.ConfigureAwait(false);
        }

        if (question.IsOverdue || giveUp.IsCancellationRequested)
        {
            throw Late();
        }

        var asking = question.AskAsync(BeginAsync, giveUp);
        try
        {
            return await asking.WaitAsync(giveUp).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            question.GiveUp();
            Watch(asking);
            throw Late();
        }
    }

    private TimeoutException Late() =>
        new($"The tenant resolver has not answered within Intilery:Outbox:CommitTimeout ({options.CurrentValue.Outbox.CommitTimeout}).");

    // The abandoned task is observed, so that its failure raises no UnobservedTaskException.
    private void Watch(Task asking)
    {
        Interlocked.Increment(ref _overdue);
        _ = asking.ContinueWith(
            ended =>
            {
                _ = ended.Exception;
                Interlocked.Decrement(ref _overdue);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private Task<string?> BeginAsync(TenantQuestion question, CancellationToken giveUp)
    {
        if (Volatile.Read(ref _overdue) >= MaxOverdue)
        {
            return Task.FromException<string?>(
                new TimeoutException($"{MaxOverdue} earlier questions to the tenant resolver have not been answered yet."));
        }

        if (question.Flow is not { } flow)
        {
            return Task.Run(() => ResolveAsync(question, giveUp), CancellationToken.None);
        }

        Task<string?>? asking = null;
        ExecutionContext.Run(flow, _ => asking = Task.Run(() => ResolveAsync(question, giveUp), CancellationToken.None), null);
        return asking!;
    }

    private async Task<string?> ResolveAsync(TenantQuestion question, CancellationToken giveUp)
    {
        _isWithin.Value = true;
        await using var scope = scopes.CreateAsyncScope();
        if (question.Request is { } request)
        {
            request.RequestServices = scope.ServiceProvider;
            request.RequestAborted = giveUp;
        }

        var context = new TenantResolutionContext
        {
            Moment = question.Moment,
            HttpContext = question.Request,
            Principal = question.Principal,
            UserId = question.UserId,
            ClaimedTenantId = question.ClaimedTenantId,
        };
        return resolver is null
            ? await accounts.FindAsync(context, scope.ServiceProvider, giveUp).ConfigureAwait(false)
            : await ((ILifecycleTenantResolver)scope.ServiceProvider.GetRequiredService(resolver.Type)).ResolveAsync(context, giveUp).ConfigureAwait(false);
    }
}

/// <summary>The class that the application has named as its tenant resolver.</summary>
internal sealed record TenantResolverType(Type Type);
