namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Tests of real processes have the machine for themselves: they depend on time-outs that are real.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "Processes";
}
