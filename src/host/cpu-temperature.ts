// The processor package's temperature, chosen from all sensors.
import type { TemperatureSensor } from '../contracts/facts/temperatures.ts';

/** Best first: a row wins when any sensor fits it, with the hottest of them (one a socket). */
const CHOICES: readonly { readonly chip: RegExp; readonly label: RegExp }[] = [
  // Older kernels call it physical.
  { chip: /^coretemp$/, label: /^(Package|Physical) id \d+/ },
  // Where both exist, Tctl is Tdie plus an offset for the fan.
  { chip: /^(k10temp|zenpower)$/, label: /^Tdie/ },
  { chip: /^(k10temp|zenpower)$/, label: /^Tctl/ },
  { chip: /^x86_pkg_temp$/, label: /^/ },
  // Before family 17h k10temp has one temperature without a name; Intel's first ones have no package.
  { chip: /^(k10temp|k8temp)$/, label: /^temp1$/ },
  { chip: /^coretemp$/, label: /^Core \d+/ },
  { chip: /^(cpu|soc|cpuss|package|cluster|big|little)[-_]?\d*[-_]?thermal/, label: /^/ },
  { chip: /^(bcm2835_thermal|cpu_thermal|soc_thermal|scpi_sensors)$/, label: /^/ },
  { chip: /^(dell_smm|dell_ddv|thinkpad|asusec|asus_wmi_sensors|hp)/, label: /^CPU/i },
];

export function cpuTemperature(
  sensors: readonly Pick<TemperatureSensor, 'chip' | 'label' | 'celsius'>[],
): number | null {
  for (const { chip, label } of CHOICES) {
    const fitting = sensors.filter((sensor) => chip.test(sensor.chip) && label.test(sensor.label));
    if (fitting.length > 0) return Math.max(...fitting.map(({ celsius }) => celsius));
  }
  return null;
}
