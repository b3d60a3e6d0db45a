using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Trials;

/// <summary>Resolves the users of ended trials: by the application's resolver, else the users who started them.</summary>
internal sealed class TrialOwners(IServiceScopeFactory scopes, LifecycleDiagnostics diagnostics, TimeProvider time)
{
    /// <summary>How long the application's resolver may take for one trial.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Gets the call that timed out. It may block a thread, so the resolver is not called again until it completes.</summary>
    public Task Overdue { get; private set; } = Task.CompletedTask;

    /// <summary>Returns the user of each trial; <see langword="null"/> for a trial without one.</summary>
    public async Task<IReadOnlyList<string?>> NameAsync(IReadOnlyList<Trial> trials, CancellationToken cancellationToken)
    {
        var names = new List<string?>(trials.Count);
        var isAnswering = Overdue.IsCompleted;
        foreach (var trial in trials)
        {
            string? owner = null;
            if (isAnswering)
            {
                (isAnswering, owner) = await AskAsync(trial, cancellationToken).ConfigureAwait(false);
            }

            if (owner is not null && EventText.IdFault(owner) is { } fault)
            {
                diagnostics.Failed("asking for a trial's owner", new ArgumentException($"The owner {fault}."));
                owner = null;
            }

            names.Add(owner ?? trial.UserId);
        }

        return names;
    }

    // A resolver that timed out is not called again for this batch: each call would time out.
    private async Task<(bool IsAnswering, string? Owner)> AskAsync(Trial trial, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var asking = Task.Run(() => ResolveAsync(trial, either.Token), either.Token);
        try
        {
            return await asking.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The abandoned task is observed, so that its failure raises no UnobservedTaskException.
            Overdue = asking.ContinueWith(
                static ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            diagnostics.Failed("asking for a trial's owner", exception);
            return (!patience.IsCancellationRequested, null);
        }
    }

    // A service scope for each trial: the entities that one call tracks do not affect the next.
    private async Task<(bool IsAnswering, string? Owner)> ResolveAsync(Trial trial, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        if (scope.ServiceProvider.GetService<ITrialOwnerResolver>() is not { } resolver)
        {
            return (false, null);
        }

        var owner = await resolver.ResolveOwnerAsync(
            new EndedTrial
            {
                TrialId = TrialKeys.TrialIdOf(trial.Key),
                GroupId = trial.GroupId,
                StarterId = trial.UserId,
                StartDate = trial.StartDate,
                EndDate = trial.EndDate,
                PlanName = trial.PlanName,
            },
            cancellationToken).ConfigureAwait(false);
        return (true, owner);
    }
}
