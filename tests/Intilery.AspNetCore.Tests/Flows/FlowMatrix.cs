// Every request of a visit takes the test's own token.
#pragma warning disable xUnit1069


namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Every row of the table, with the package registered in one of the three ways.</summary>
public abstract class FlowMatrix(FlowApps apps, Registration registration)
{
    // A flow that hangs, as one that asks for authentication during a failing validation would, fails.
    private const int Timeout = 60_000;

    public static IEnumerable<TheoryDataRow<int>> Rows =>
        FlowTable.Rows.Select((flow, row) => new TheoryDataRow<int>(row) { Label = flow.Name });

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Rows))]
    public async Task Exactly_what_the_table_says(int row)
    {
        var flow = FlowTable.Rows[row];
        var app = await apps.GetAsync(flow.Host, registration);
        using var visit = new Visit(app, row);
        await flow.Given(visit);
        var observed = await Observed.FromHereAsync(app);

        await flow.Steps(visit);

        await observed.ReadAsync(visit.NameOfAsync);
        Assert.Empty(observed.Complaints);
        Assert.Equal(
            Text(flow.Calls, flow.Messages, flow.Reasons),
            Text(observed.Calls, observed.Messages, observed.Reasons));

        string Text(params IReadOnlyList<string>[] columns) => string.Join('\n', columns.Select(Lines));

        string Lines(IReadOnlyList<string> lines) => string.Join(", ", flow.IsSideBySide ? lines.Order(StringComparer.Ordinal) : lines);
    }
}
