using System.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Tests.Compose;

/// <summary>An import in one scope costs as much per event as a single one: twice as many take twice as long.</summary>
public sealed class CompositionCostTests
{
    private const int Few = 2_000;
    private const int Many = 16 * Few;

    public static TheoryData<string> Imports => ["members told and seen", "told by a new user", "trials", "users who are deleted again", "users who are told of"];

    [Theory]
    [MemberData(nameof(Imports))]
    public void Sixteen_times_as_many_take_about_sixteen_times_as_long(string import)
    {
        // Up to 256 times where each looks at all the others. The least of some rounds: a busy machine takes its time away from others.
        var (few, many) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < 3; round++)
        {
            few = Shorter(few, Time(import, Few));
            many = Shorter(many, Time(import, Many));
        }

        TestContext.Current.SendDiagnosticMessage("{0}: {1} ms, {2} ms", import, few.TotalMilliseconds, many.TotalMilliseconds);
        Assert.InRange(many / few, 0, 100);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Time(string import, int count)
    {
        var scope = new Scope();
        var (person, facts) = Of(import, scope, count);
        var began = Stopwatch.GetTimestamp();
        scope.Compose(person, facts);
        return Stopwatch.GetElapsedTime(began);
    }

    private static (string? Person, CapturedFact[] Facts) Of(string import, Scope scope, int count)
    {
        var users = Enumerable.Range(0, count).Select(i => $"u{i}");
        return import switch
        {
            "members told and seen" =>
                ("peter", [.. users.Select(user => scope.Joined(user, "acct_1")), .. users.Select(user => scope.Told(new AccountAddedUser { UserId = user, GroupId = "acct_1" }))]),
            "told by a new user" => (null, [scope.Created("peter"), .. users.Select(user => scope.Told(new InviteSent { InviteeEmail = user }))]),
            "trials" => ("peter", [.. users.Select(user => scope.Told(new TrialStarted { TrialId = user, GroupId = "acct_" + user }))]),
            "users who are deleted again" =>
                ("peter", [.. users.Select(scope.Created), .. users.Select(user => new UserDeleted { Key = user, UserId = user, At = Scope.Start })]),
            _ => ("peter", [.. users.Select(scope.Created), .. users.Select(user => scope.Changed(user, Scope.Profile(user + "x")))]),
        };
    }
}
