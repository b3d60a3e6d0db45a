namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class ExistingCustomers(IIntileryBackfill backfill)
{
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        var result = await backfill.RunAsync(new IntileryBackfillRequest { Trials = false }, cancellationToken: cancellationToken);
        Console.WriteLine($"{result.Parts[0].Sent} of {result.Parts[0].Read} users sent.");
    }
}
