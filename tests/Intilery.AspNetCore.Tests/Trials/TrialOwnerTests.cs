using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Trials;

public sealed class TrialOwnerTests : IDisposable
{
    private static readonly DateTimeOffset _noon = OutboxSample.Noon;

    private readonly ObservedClock _time = new();
    private TrialDesk? _desk;

    [Fact]
    public async Task Without_a_resolver_it_is_who_started_the_trial()
    {
        var desk = await StartAsync(null);
        await desk.LookAsync();

        Assert.Equal("u1", Assert.Single(await desk.EndedAsync()).UserId);
    }

    [Fact]
    public async Task A_resolver_is_told_of_the_trial_and_names_another()
    {
        EndedTrial? told = null;
        var desk = await StartAsync((trial, _) =>
        {
            told = trial;
            return new ValueTask<string?>("owner");
        });
        await desk.LookAsync();

        Assert.Equal("owner", Assert.Single(await desk.EndedAsync()).UserId);
        Assert.Equal(
            new EndedTrial { TrialId = "sub_1", GroupId = "acct_1", StarterId = "u1", StartDate = _noon, EndDate = _noon.AddDays(14), PlanName = "Business" }, told);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no\nid")]
    public async Task A_resolver_that_names_nobody_leaves_it_to_who_started_the_trial(string? answer)
    {
        var desk = await StartAsync((_, _) => new ValueTask<string?>(answer));
        await desk.LookAsync();

        Assert.Equal("u1", Assert.Single(await desk.EndedAsync()).UserId);
    }

    [Fact]
    public async Task A_resolver_that_fails_leaves_it_to_who_started_the_trial_and_is_asked_for_the_next()
    {
        var asked = 0;
        var desk = await StartAsync((_, _) => asked++ == 0 ? throw new InvalidOperationException("no database") : new ValueTask<string?>("owner"));
        await desk.RecordAsync(new TrialStarted { TrialId = "sub_2", TrialEndDate = _noon.AddDays(14).AddSeconds(1) });
        _time.Advance(TimeSpan.FromMinutes(1));
        await desk.LookAsync();

        Assert.Equal(["u1", "owner"], (await desk.EndedAsync()).Select(call => call.UserId));
        Assert.Contains(desk.Log.All, line => line.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task A_resolver_that_hangs_holds_a_batch_up_once()
    {
        var asked = 0;
        var arrived = new TaskCompletionSource();
        var desk = await StartAsync((_, _) =>
        {
            asked++;
            arrived.SetResult();
            return new ValueTask<string?>(new TaskCompletionSource<string?>().Task);
        });
        await desk.RecordAsync(new TrialStarted { TrialId = "sub_2", TrialEndDate = _noon.AddDays(14) });
        var looking = desk.LookAsync();
        await arrived.Task;
        await _time.PassAsync(TrialOwners.Patience);
        await looking;

        Assert.Equal(["u1", "u1"], (await desk.EndedAsync()).Select(call => call.UserId));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_resolver_that_hangs_is_not_asked_again_before_it_returns()
    {
        var asked = 0;
        var arrived = new TaskCompletionSource();
        var answer = new TaskCompletionSource<string?>();
        var desk = await StartAsync((_, _) =>
        {
            asked++;
            arrived.TrySetResult();
            return new ValueTask<string?>(answer.Task);
        });
        var looking = desk.LookAsync();
        await arrived.Task;
        _time.Advance(TrialOwners.Patience);
        await looking;

        await EndAnotherAsync("sub_2");
        Assert.Equal(1, asked);

        answer.SetResult("owner");
        await desk.Owners.Overdue;
        await EndAnotherAsync("sub_3");
        Assert.Equal(["u1", "u1", "owner"], (await desk.EndedAsync()).Select(call => call.UserId));

        async Task EndAnotherAsync(string trialId)
        {
            await desk.RecordAsync(new TrialStarted { TrialId = trialId, TrialEndDate = _time.GetUtcNow() });
            await desk.LookAsync().WaitAsync(Patience.Limit);
        }
    }

    [Fact]
    public async Task A_trial_of_an_erased_person_that_nobody_else_is_named_for_ends_without_a_word()
    {
        var desk = await StartAsync(null);
        await desk.Store.PurgeUserAsync("u1", CancellationToken.None);
        await desk.LookAsync();

        Assert.Empty(await desk.RecordedAsync());
        Assert.Empty(await desk.Store.NextAsync());
        Assert.Contains(desk.Log.All, line => line.Id == 100 && line.Message == "Trial Ended was not tracked: no-user.");
    }

    [Fact]
    public async Task A_resolver_names_somebody_for_a_trial_of_an_erased_person()
    {
        var desk = await StartAsync((trial, _) => new ValueTask<string?>(trial.StarterId is null ? "owner" : "wrong"));
        await desk.Store.PurgeUserAsync("u1", CancellationToken.None);
        await desk.LookAsync();

        Assert.Equal("owner", Assert.Single(await desk.EndedAsync()).UserId);
    }

    [Theory]
    [InlineData(null, "u1", false)]
    [InlineData("staff", "staff", false)]
    [InlineData("owner", "u1", true)]
    public async Task Of_somebody_who_is_left_out_a_trial_ends_without_a_word(string? named, string excluded, bool isTold)
    {
        var desk = await StartAsync((_, _) => new ValueTask<string?>(named), options => options.Exclude.UserIds.Add(excluded));
        await desk.LookAsync();

        Assert.Equal(isTold ? [named] : [], (await desk.EndedAsync()).Select(call => call.UserId));
        Assert.Equal(isTold ? [] : ["Trial Ended was not tracked: excluded."], desk.Log.All.Where(line => line.Id == 100).Select(line => line.Message));
        Assert.Empty(await desk.Store.NextAsync());
    }

    public void Dispose() => _desk?.Dispose();

    // Due when it is returned.
    private async Task<TrialDesk> StartAsync(Func<EndedTrial, CancellationToken, ValueTask<string?>>? resolve, Action<IntileryOptions>? configure = null)
    {
        _desk = new TrialDesk(new MemoryOutboxStore(100), _time, services: services =>
        {
            if (resolve is not null)
            {
                services.AddSingleton(resolve);
                services.AddScoped<ITrialOwnerResolver, Resolver>();
            }
        }, configure: configure);
        await _desk.RecordAsync(new TrialStarted { TrialId = "sub_1", TrialStartDate = _noon, TrialEndDate = _noon.AddDays(14), TrialPlanName = "Business" });
        _time.Advance(TimeSpan.FromDays(14));
        return _desk;
    }

    private sealed class Resolver(Func<EndedTrial, CancellationToken, ValueTask<string?>> resolve) : ITrialOwnerResolver
    {
        public ValueTask<string?> ResolveOwnerAsync(EndedTrial trial, CancellationToken cancellationToken) => resolve(trial, cancellationToken);
    }
}
