// Every request of a visit takes the test's own token.
#pragma warning disable xUnit1069


namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>
/// Nobody can tell whether the package is there: each row of the table, in the same application with the package and without it, gets
/// the same answers byte for byte, makes the same framework calls, and shows the application's own interceptor the same commands,
/// transactions, saves and counts, in the same order. The exceptions: the package's own cookies and what is random by nature, see
/// <see cref="AnswerText"/>; and where a savepoint was rolled back, one query for each pending change before the commit.
/// Events wait in memory here: an outbox in the application's own database gives a save that changes users a transaction, by design.
/// </summary>
public sealed class WithAndWithoutThePackage(FlowApps apps) : IClassFixture<FlowApps>
{
    private const int Timeout = 60_000;

    public static IEnumerable<TheoryDataRow<int>> Rows => FlowMatrix.Rows;

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Rows))]
    public async Task Nobody_can_tell_whether_it_is_there(int row)
    {
        var without = await ReplayAsync(row, Registration.None);

        var with = await ReplayAsync(row, Registration.ByTheLineAlone);
        if (FlowTable.Rows[row].IsVerifiedBeforeCommit)
        {
            var all = with.Count;
            with = [.. with.Where((line, i) => !IsQuery(line) || with.Skip(i).SkipWhile(IsQuery).FirstOrDefault() != "committed")];
            Assert.True(with.Count < all);
        }

        Assert.Equal(string.Join('\n', without), string.Join('\n', with));

        static bool IsQuery(string line) => line.StartsWith("SELECT", StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> ReplayAsync(int row, Registration registration)
    {
        var flow = FlowTable.Rows[row];
        var app = await apps.GetAsync(flow.Host, registration);
        using var visit = new Visit(app, row);
        var (calls, lines) = (app.Calls.All.Count, app.Interceptor.Lines.Count);

        await flow.Given(visit);
        await flow.Steps(visit);
        await app.Requests.NoneAsync();

        IEnumerable<string> all =
        [
            .. visit.Answers.All.Select(answer => AnswerText.Of(answer, visit)),
            .. app.Calls.All.Skip(calls),
            .. app.Interceptor.Lines.Skip(lines),
        ];
        return [.. flow.IsSideBySide ? all.Order(StringComparer.Ordinal) : all];
    }
}
