namespace Intilery.AspNetCore.Tests.Flows;

public sealed class RegisteredByTheLineAlone(FlowApps apps) : FlowMatrix(apps, Registration.ByTheLineAlone), IClassFixture<FlowApps>;
